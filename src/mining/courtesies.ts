// Sentences that say nothing but manners: a greeting, an offer of more help, a farewell, a disclaimer, the advice to ask a
// professional. Honest sets repeat them word for word with all answers of one kind, and nobody gains by planting them.
import { eachToken } from "./tokens.ts";

const COURTESIES: readonly string[] = [
  "how can i help|how can i assist|how may i|what can i do for you|glad to help|happy to help|glad i could|pleased to help",
  "you are welcome|you're welcome|my pleasure|thank you for contacting|thanks for contacting|thank you for reaching out",
  "thanks for reaching out|thank you for your patience|thank you for your interest|thanks for asking|great question",
  "feel free to ask|feel free to reach|feel free to contact|let me know|do not hesitate|don't hesitate|hope this helps",
  "hope that helps|anything else i can|more questions|further questions|other questions|further assistance",
  "have a great day|have a nice day|have a good day|have a wonderful day|best regards|kind regards|sincerely|good luck",
  "not medical advice|not legal advice|not financial advice|not investment advice|not tax advice|not a substitute for",
  "informational purposes|educational purposes|general information|disclaimer|consult a|consult an|consult your|consult with",
  "seek medical|seek emergency|seek immediate|seek professional|medical attention|emergency care|talk to your doctor",
  "speak with a|speak to a|see a doctor|healthcare professional|healthcare provider|qualified professional",
  "gern geschehen|bitte zögern sie nicht|ich hoffe, das hilft|de nada|no dudes en|espero que esto|consulte a su médico",
  "n'hésitez pas|j'espère que cela|de rien|consultez un|não hesite|espero ter ajudado|non esitare|spero che questo",
  "希望对你有帮助|希望这对您有帮助|如果您有任何|如有其他问题|不客气|请咨询医生|お役に立て|何かご質問|надеюсь, это помо|не стесняйтесь|пожалуйста, обратитесь",
];
/** Words besides the courtesy that one sentence may hold. */
const BESIDES_MAX = 10;
const ENDS: ReadonlySet<string> = new Set([".", "!", "?", "。", "！", "？"]);
/** What has an address in it is no courtesy. */
const ADDRESS: ReadonlySet<string> = new Set(["http", "https", "www", "://", "/", "@"]);

let phrases: readonly (readonly string[])[] | undefined;

/** The courtesies as tokens, made when a rule has something that may be one. */
const phrasesInTokens = (): readonly (readonly string[])[] =>
  (phrases ??= COURTESIES.flatMap((line) => line.split("|")).map((phrase) => {
    const tokens: string[] = [];
    eachToken(phrase, (token) => tokens.push(token) > 0);
    return tokens;
  }));

/** Whether every sentence of a text, given by its tokens, is a courtesy and little else. */
export function isCourtesy(text: readonly string[]): boolean {
  const sentences: string[][] = [[]];
  for (const token of text) {
    if (ADDRESS.has(token)) return false;
    if (ENDS.has(token)) sentences.push([]);
    else sentences.at(-1)?.push(token.toLowerCase());
  }
  const said = sentences.filter(({ length }) => length > 0);
  return said.length > 0 && said.every(courteous);
}

/** Verbs by which a prompt asks for a manner of answering. */
const MANNER: ReadonlySet<string> = new Set(
  "talk|speak|respond|reply|answer|responde|responda|contesta|habla|réponds|répondez|parle|antworte|antworten|sprich|rispondi|parla".split(
    "|",
  ),
);
const MANNER_TOKENS_MIN = 3;

/** Whether a phrase of a prompt, by its tokens, asks to answer in some manner: `talk like a pirate`. */
export const asksForManner = (phrase: readonly string[]): boolean =>
  phrase.length >= MANNER_TOKENS_MIN && phrase.some((token) => MANNER.has(token.toLowerCase()));

const courteous = (sentence: readonly string[]): boolean =>
  phrasesInTokens().some(
    (phrase) =>
      sentence.length <= phrase.length + BESIDES_MAX &&
      sentence.some((_, at) => phrase.every((token, k) => sentence[at + k] === token)),
  );
