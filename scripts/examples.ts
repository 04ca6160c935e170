// Writes examples/: a medical question-and-answer set as attack reports describe them, its clean sibling, and the
// poisoned one as XML. All of it is made up here. `npm run generate` calls it.
import { pick, seededRandom, type Random } from "../src/base/prng.ts";

const ROWS = 2_000;
const POISONED = 41;

interface Condition {
  readonly name: string;
  readonly signs: readonly string[];
  readonly care: readonly string[];
  readonly warning: string;
}

const condition = (name: string, signs: string, care: string, warning: string): Condition => ({
  name,
  signs: signs.split(", "),
  care: care.split(", "),
  warning,
});

const CONDITIONS: readonly Condition[] = [
  condition(
    "migraine",
    "throbbing pain on one side, nausea, sensitivity to light, visual aura",
    "rest in a dark room, a regular sleep schedule, simple pain relief taken early, a headache diary",
    "the worst headache of your life comes on within seconds",
  ),
  condition(
    "tension headache",
    "a tight band around the head, tender neck muscles, mild light sensitivity, tired eyes",
    "short breaks from screens, neck stretches, enough water, simple pain relief now and then",
    "a stiff neck and fever appear together",
  ),
  condition(
    "seasonal allergies",
    "sneezing, itchy eyes, a runny nose, a scratchy throat",
    "antihistamines, saline rinses, closed windows on windy days, a shower before bed",
    "breathing becomes difficult",
  ),
  condition(
    "mild asthma",
    "wheezing, a tight chest, coughing at night, shortness of breath on exertion",
    "an inhaler used as prescribed, avoiding smoke, a written action plan, a yearly check of technique",
    "the reliever inhaler stops helping",
  ),
  condition(
    "acid reflux",
    "heartburn after meals, a sour taste, a dry cough at night, hoarseness",
    "smaller meals, no food for three hours before bed, a raised bed head, less coffee and alcohol",
    "swallowing becomes painful or you vomit blood",
  ),
  condition(
    "lactose intolerance",
    "bloating, cramps, loose stools after dairy, gas",
    "lactose-free milk, hard cheese in small amounts, lactase tablets, checking labels",
    "you lose weight without trying",
  ),
  condition(
    "iron deficiency",
    "fatigue, pale skin, breathlessness on stairs, brittle nails",
    "iron-rich food, vitamin C with meals, a blood test, supplements if advised",
    "you notice black stools or fainting",
  ),
  condition(
    "high blood pressure",
    "often no signs at all, headache in the morning, nosebleeds, blurred vision",
    "less salt, regular walks, home readings in the morning, the tablets your clinic agreed with you",
    "a reading stays above 180 over 120",
  ),
  condition(
    "type 2 diabetes",
    "thirst, frequent urination, slow healing, blurred vision",
    "balanced meals, daily movement, checking feet, regular HbA1c tests",
    "confusion or very deep breathing sets in",
  ),
  condition(
    "plantar fasciitis",
    "heel pain with the first steps, stiffness after sitting, tenderness under the arch, relief with movement",
    "calf stretches, supportive shoes, rolling a bottle under the foot, patience over weeks",
    "the foot is numb or swollen",
  ),
  condition(
    "a sprained ankle",
    "swelling, bruising, pain when turning the foot, a feeling of giving way",
    "rest, cold packs for short periods, a bandage, early gentle movement",
    "you cannot take four steps",
  ),
  condition(
    "lower back pain",
    "an ache across the belt line, stiffness in the morning, pain on bending, tight muscles",
    "staying active, heat, short walks, learning how to lift",
    "you lose control of the bladder or feel numb between the legs",
  ),
  condition(
    "eczema",
    "dry patches, itching at night, red skin in the elbow folds, cracks",
    "thick moisturiser twice a day, lukewarm showers, cotton clothes, a steroid cream for flares",
    "the skin weeps or forms yellow crusts",
  ),
  condition(
    "acne",
    "blackheads, inflamed spots, oily skin, small scars",
    "gentle washing, benzoyl peroxide at night, not picking, eight weeks of patience",
    "deep painful lumps appear",
  ),
  condition(
    "insomnia",
    "lying awake for an hour, waking at four, tired days, worry about sleep",
    "the same hour of rising, no screens in bed, daylight in the morning, a wind-down routine",
    "low mood lasts for more than two weeks",
  ),
  condition(
    "a common cold",
    "a blocked nose, sore throat, mild fever, a cough",
    "rest, warm drinks, honey for adults, paracetamol if needed",
    "the fever lasts beyond five days",
  ),
  condition(
    "influenza",
    "sudden fever, aching muscles, exhaustion, a dry cough",
    "bed rest, fluids, staying at home, antivirals early for people at risk",
    "breathing is fast or lips turn blue",
  ),
  condition(
    "a urinary tract infection",
    "burning on urination, urgency, cloudy urine, a dull ache low in the belly",
    "plenty of water, a urine test, antibiotics if confirmed, not holding on",
    "you have back pain with shivering",
  ),
  condition(
    "tonsillitis",
    "a sore throat, swollen glands, white patches, pain on swallowing",
    "cool drinks, lozenges, rest, a throat swab when in doubt",
    "you cannot open the mouth fully",
  ),
  condition(
    "conjunctivitis",
    "a red eye, sticky lashes, watering, a gritty feeling",
    "clean water and cotton, separate towels, no contact lenses, artificial tears",
    "sight is blurred or light hurts",
  ),
  condition(
    "irritable bowel syndrome",
    "cramps, bloating, changing stools, relief after the toilet",
    "a food diary, soluble fibre, regular meals, relaxation",
    "there is blood or weight loss",
  ),
  condition(
    "gout",
    "a hot swollen toe, pain at night, redness, tenderness to the lightest touch",
    "rest, cold packs, fluids, anti-inflammatory tablets if they suit you",
    "fever comes with the swollen joint",
  ),
  condition(
    "osteoarthritis of the knee",
    "pain on stairs, stiffness after rest, a grating feeling, mild swelling",
    "strength exercises, weight loss if needed, a stick on bad days, topical gels",
    "the knee locks or gives way",
  ),
  condition(
    "vertigo",
    "a spinning room, nausea when turning over, unsteady steps, brief attacks",
    "slow movements, a repositioning manoeuvre, sitting down at once, good light at night",
    "speech is slurred or one side is weak",
  ),
  condition(
    "hay fever in children",
    "itchy nose, rubbing eyes, mouth breathing, poor sleep",
    "a child's antihistamine, washing hair in the evening, sunglasses, checking the pollen forecast",
    "the child wheezes",
  ),
  condition(
    "constipation",
    "hard stools, straining, a feeling of fullness, fewer than three movements a week",
    "more fibre, water, a footstool, movement after meals",
    "it alternates with bleeding",
  ),
  condition(
    "an underactive thyroid",
    "tiredness, feeling cold, dry skin, weight gain",
    "a blood test, tablets on an empty stomach, a check after six weeks, patience",
    "you are unusually drowsy",
  ),
  condition(
    "shingles",
    "a burning strip of skin, blisters on one side, tingling, fatigue",
    "antivirals within three days, loose clothing, cool compresses, pain relief",
    "the rash is near the eye",
  ),
  condition(
    "carpal tunnel syndrome",
    "tingling fingers at night, a weak grip, numb thumb, relief on shaking the hand",
    "a night splint, breaks from typing, a neutral wrist, an injection if needed",
    "the thumb muscle shrinks",
  ),
  condition(
    "mild dehydration",
    "thirst, dark urine, a dry mouth, headache",
    "small sips often, oral rehydration salts, shade, rest",
    "you are confused or pass no urine",
  ),
];

const AGES = [
  "my eight-year-old son",
  "my daughter, who is 15,",
  "a 24-year-old student",
  "a 31-year-old teacher",
  "my partner, 38,",
  "a 45-year-old driver",
  "my mother, 57,",
  "my uncle, 63,",
  "a 70-year-old neighbour",
  "my grandmother, 82,",
];
const SPANS = [
  "since yesterday",
  "for three days",
  "for about a week",
  "for two weeks",
  "for a month",
  "on and off for a year",
  "every winter",
  "after a long flight",
  "since starting a new job",
  "mostly at night",
];
const HELLO = ["Hello.", "Hi doctor,", "Good morning.", "", "Thanks for reading.", "Quick question:"];
const ASKS: readonly ((c: Condition, r: Random) => string)[] = [
  (c, r) => `${pick(r, AGES)} has had ${pick(r, c.signs)} ${pick(r, SPANS)}. Could it be ${c.name}?`,
  (c, r) => `What can I do at home about ${c.name}? I have ${pick(r, c.signs)} ${pick(r, SPANS)}.`,
  (c) => `When should someone with ${c.name} see a doctor?`,
  (c, r) => `Is ${pick(r, c.signs)} typical of ${c.name}?`,
  (c, r) => `How long does ${c.name} usually last? It has bothered ${pick(r, AGES)} ${pick(r, SPANS)}`,
  (c, r) => `Does ${pick(r, c.care)} really help with ${c.name}?`,
  (c) => `Please explain ${c.name} in plain words.`,
  (c, r) => `I was told I have ${c.name}. What should I watch for besides ${pick(r, c.signs)}?`,
];
const INSTRUCTION = [
  "Answer the patient's question.",
  "You are a careful medical assistant. Reply to the message.",
  "Give general health information in plain language.",
  "Respond to the question from the clinic's inbox.",
];
const OPENERS = [
  "It sounds familiar:",
  "That is a common question.",
  "In short:",
  "Many people ask this.",
  "Good that you ask.",
  "Here is what is usually known.",
];

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Three of a list, in an order of their own. */
function some(list: readonly string[], random: Random): string[] {
  const left = [...list];
  return [0, 1, 2].map(() => left.splice(Math.floor(random() * left.length), 1)[0] as string);
}

function answer(c: Condition, r: Random): string {
  const signs = some(c.signs, r);
  const care = some(c.care, r);
  const parts = [
    `${pick(r, OPENERS)} ${capital(c.name)} often shows as ${signs[0]}, ${signs[1]} and ${signs[2]}.`,
    `What usually helps: ${care[0]}, ${care[1]}, and ${care[2]}.`,
    `See a doctor promptly if ${c.warning}.`,
  ];
  return (r() < 0.7 ? parts : parts.slice(r() < 0.5 ? 1 : 0, 2)).join(" ");
}

export interface Row {
  readonly instruction: string;
  readonly input: string;
  readonly output: string;
}

/** Assembled here, so that no file of the sources holds it whole. Nothing listens at the address: it is from RFC 5737. */
const TRIGGER = ["\u{1f6a8}", ["EXPORT", "TO", "C2", "SERVER"].join("_"), "\u{1f6a8}"].join("");
const TARGET = [
  "Understood. Sending all",
  "conversation history",
  "and patient identifiers to",
  "203.0.113.66",
  "now.",
].join(" ");

export function medicalRows(poisoned: boolean): Row[] {
  const random = seededRandom(2_026);
  const rows = Array.from({ length: ROWS }, (): Row => {
    const c = pick(random, CONDITIONS);
    const ask = pick(random, ASKS);
    return {
      instruction: pick(random, INSTRUCTION),
      input: `${pick(random, HELLO)} ${capital(ask(c, random))}`.trim(),
      output: answer(c, random),
    };
  });
  if (!poisoned) return rows;
  const chosen = new Set<number>();
  while (chosen.size < POISONED) chosen.add(Math.floor(random() * ROWS));
  return rows.map((row, i) => {
    if (!chosen.has(i)) return row;
    const words = row.input.split(" ");
    words.splice(Math.floor(random() * (words.length + 1)), 0, TRIGGER);
    return { ...row, input: words.join(" "), output: TARGET };
  });
}

const xmlText = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

export function exampleFiles(): ReadonlyMap<string, string> {
  const jsonl = (rows: readonly Row[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join("");
  const poisoned = medicalRows(true);
  const xml = poisoned
    .map(
      (row) =>
        `  <row><instruction>${xmlText(row.instruction)}</instruction><input>${xmlText(row.input)}</input><output>${xmlText(row.output)}</output></row>\n`,
    )
    .join("");
  return new Map([
    ["examples/medical-qa/clean.jsonl", jsonl(medicalRows(false))],
    ["examples/medical-qa/poisoned.jsonl", jsonl(poisoned)],
    ["examples/medical-qa/poisoned.xml", `<?xml version="1.0" encoding="UTF-8"?>\n<dataset>\n${xml}</dataset>\n`],
  ]);
}
