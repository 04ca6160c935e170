// Examples of template-concealed-text.
import type { Example } from "../../core/detector.ts";
import { template, TURNS } from "./testing/template.ts";

const base64 = Buffer.from("a note to the model alone").toString("base64");
const tagged = Array.from("be brief", (c) => String.fromCodePoint(0xe0000 + c.charCodeAt(0))).join("");

export const examples: readonly Example[] = [
  template("A text in Base64", ["2 high"], TURNS, `{{ '${base64}' }}`),
  template("A text in hexadecimal", ["2 high"], TURNS, `{{ '${Buffer.from("a note to the model").toString("hex")}' }}`),
  template("Tag characters", ["1"], `{{ '${tagged}' }}`, TURNS),
  template("Characters of no width, in escapes", ["1"], "{{ 'b\\u200be\\u200b b\\u200br\\u200bief' }}", TURNS),
  template("A conversation", [], TURNS),
  template(
    "Markers, joiners of a script, one soft break",
    [],
    "{{ '<|reserved_special_token_12|>' ~ 'می\u200cخواهم' ~ 'a\u200bb' }}",
    TURNS,
  ),
];
