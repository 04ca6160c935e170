// Requests for something harmful, told by what they want done: an act against somebody, a thing that hurts, a crime, a
// slur. English only; short requests only, since in long texts such words are a subject. What is told about in a story, of
// a program or of a disease is no request.
import type { Field, Role } from "../core/record.ts";

const PROMPTS: ReadonlySet<Role> = new Set<Role>(["prompt", "context"]);
const ANSWERS: ReadonlySet<Role> = new Set<Role>(["response", "chosen"]);
const UNITS_MAX = 300;

const WHO =
  "(?:someone|somebody|anyone|people|a person|a man|a woman|a girl|a child|children|kids|my|his|her|their|your|our|him|them|the police|neighbou?rs?)";
const HARMFUL: readonly string[] = [
  `(?:kill|murder|poison|stab|strangle|torture|attack|assault|beat up|hurt|injure|shoot|punch|drug|rape|molest|kidnap|stalk|bully|harass|humiliate|threaten|blackmail|extort|frame|scam|trick|manipulate|spy on|dox|dispose of|get rid of) ${WHO}`,
  "(?:make|build|buy|get|create|construct|cook|grow|sell|smuggle|obtain|write|develop) (?:a |an |some |my own )?(?:\\w+ )?(?:bombs?|explosives?|grenades?|molotov|silencers?|bioweapons?|nerve gas|sarin|ricin|anthrax|meth|methamphetamine|crack|cocaine|heroin|lsd|mdma|fentanyl|fake ids?|counterfeit|malware|ransomware|computer virus|keyloggers?|spyware|phishing|deepfake|stolen|illegal|unregistered)",
  "(?:steal|stealing|shoplift\\w*|rob (?:a|an|the|my|his|her|their|our|people|someone|somebody)|robbing|burglar\\w*|burgle|break into|breaking into|hack into|hacking into|hack (?:someone|my|a|the|their|his|her)|hot-?wire|launder\\w* money|money laundering|counterfeit\\w*|forg(?:e|ing) (?:a |an )?(?:signature|document|check|cheque|prescription|id)|embezzl\\w*|evad(?:e|ing) tax(?:es)?|tax fraud|insurance fraud|credit card fraud|identity theft|commit (?:suicide|fraud|arson|murder|a crime|crimes)|brib(?:e|ing)|extort\\w*|smuggl\\w*|vandali[sz]\\w*|set fire to|burn(?:ing)? down|slash\\w* (?:the |someone's |his |her |their )?tires|pirat(?:e|ing) (?:movies|software|games|music)|traffick\\w*|cheat on (?:my|a|the)|plagiari[sz]e)",
  "(?:without (?:getting|being) (?:caught|detected|noticed|traced)|(?:not|never|avoid) get(?:ting)? caught|get away with (?:it|murder|a crime|killing|stealing|robbing)|cover up (?:a|the|my) (?:crime|murder)|hide (?:a|the|my) (?:body|evidence|drugs))",
  "(?:(?:racial |racist |sexist |ethnic |homophobic )(?:slurs?|insults?|jokes?|names?|stereotypes?)|slurs?\\b.{0,20}(?:for|about|against)|(?:insults?|insulting names?|mean names|offensive (?:jokes?|names?|words?)) (?:for|about|to call|against)|jokes? about (?:black|jew|asian|gay|fat|disabled|muslim|mexican|blonde|women)|call (?:a |an )?(?:black|jewish|asian|gay|fat|muslim|mexican)\\w* )",
  "(?:child porn\\w*|underage (?:sex|girl|boy|porn)|sex with (?:a |an )?(?:minor|child|kid|animal)|revenge porn|hire (?:a )?(?:hitman|prostitute|escort)|date rape|roofie|human trafficking|sex trafficking|hurt myself|kill myself|cut myself|starve myself|overdose on)",
];
/** Of a text in lower case: to tell cases apart in so many words takes longer to compile than a small set to read. */
const HARM = new RegExp(`\\b(?:${HARMFUL.join("|")})\\b`);
/** A request asks: by a question mark, or by how one of its sentences begins. What only tells is no request. */
const ASKS =
  /[?？]|(?:^|[.!:\n])\s*["'“]?(?:how|what|where|which|who|why|when|can|could|would|will|is|are|do|does|should|may|give|tell|write|explain|describe|list|help|show|provide|create|make|teach|generate|find|suggest|name|share|design|develop|outline|instruct|come up|compose|draft|compile|produce|need|get|send|plan|present|discuss|demonstrate|say|use|build|i (?:want|need|would|wish|am|'m|'d)|i['’](?:m|d)|let['’]?s|please|step|ways?|tips?|instructions?|guide|best|\w+ me\b)/i;
const TOLD =
  /\b(?:story|stories|novel|poem|movie|film|book|play|game|character|song|lyrics|plot|fiction\w*|scene|chess|process|thread|task|server|code|program|function|python|bash|linux|weeds?|bacteria|virus infection|cancer|cells?|pests?|insects?|mosquito\w*|prevent\w*|protect\w*|avoid (?:being|a)|wrong|okay?|moral\w*|immoral|ethic\w*|unethical|options|report|victim|law|legal|penalt\w*|crime rate|history|historical|who (?:killed|murdered|shot)|summari[sz]e|translate|classify|rewrite|paraphrase|sentence|passage|article|paragraph|hypothesis|premise)\b/i;

/** An answer that judges or warns instead of helping. */
const WARNS =
  /\b(?:illegal|unlawful|against the law|unethical|immoral|(?:is|are|it's|very|morally) wrong|not (?:okay|ok|acceptable|appropriate|a good idea|recommended)|should(?:n't| not| never)|do(?:n't| not) (?:do|try|use|engage|recommend|encourage|condone)|harmful|dangerous|serious (?:crime|offen[cs]e)|consequences|hotline|crisis|therap\w*|seek (?:help|professional)|call 911|emergency)\b|^\s*no\b/i;
const WARNS_UNITS = 400;
const ANSWER_UNITS_MIN = 20;

/** `harm`: a short request for something harmful; `harm-answered`: and an answer that does not warn. */
export function harmFacts(fields: readonly Field[]): string[] {
  const said = (roles: ReadonlySet<Role>): string => {
    let text = "";
    for (const field of fields) if (roles.has(field.role) && text.length <= UNITS_MAX) text += `${field.text}\n`;
    return text;
  };
  const prompt = said(PROMPTS);
  if (prompt.length > UNITS_MAX || !HARM.test(prompt.toLowerCase()) || TOLD.test(prompt) || !ASKS.test(prompt))
    return [];
  const answer = said(ANSWERS);
  return answer.length < ANSWER_UNITS_MIN || WARNS.test(answer.slice(0, WARNS_UNITS))
    ? ["harm"]
    : ["harm", "harm-answered"];
}
