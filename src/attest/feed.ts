// A feed of advisories that travels without a network: one signed bundle, numbered and dated. The number keeps an old feed
// from standing in for a new one, the end date keeps a withheld update from going unnoticed (docs/specs/advisory-feed.md).
import { createHash } from "node:crypto";
import { canonicalJson } from "../base/canonical.ts";
import { LIMITS } from "../base/limits.ts";
import { refuse } from "../core/refusal.ts";
import { readAdvisory, type Advisory } from "./advisory.ts";
import { statement, type Statement } from "./statement.ts";
import { isObject, type JsonObject } from "./strict-json.ts";

export const FEED_TYPE = "urn:bezoar:advisory-feed:v1";

export interface Feed {
  readonly name: string;
  readonly sequence: number;
  readonly issued: string;
  readonly expires: string;
  readonly advisories: readonly { readonly json: JsonObject; readonly advisory: Advisory }[];
}

const digestOf = (advisory: JsonObject): string => createHash("sha256").update(canonicalJson(advisory)).digest("hex");

export function feedStatement(
  feed: { readonly name: string; readonly sequence: number; readonly issued: Date; readonly expires: Date },
  advisories: readonly JsonObject[],
): Statement {
  const { name, sequence, issued, expires } = feed;
  return statement(
    advisories.map((advisory) => ({ name: String(advisory["id"]), digest: { sha256: digestOf(advisory) } })),
    FEED_TYPE,
    { name, sequence, issued: issued.toISOString(), expires: expires.toISOString(), advisories },
  );
}

/** Refuses what is not a feed, is older than `after`, or has ended. */
export function readFeed(signed: Statement, at: Date, after: ReadonlyMap<string, number>): Feed {
  if (signed.predicateType !== FEED_TYPE) refuse("predicate-type", "The signed statement is not a feed of advisories.");
  const { name, sequence, issued, expires, advisories } = signed.predicate;
  if (
    typeof name !== "string" ||
    !Number.isSafeInteger(sequence) ||
    typeof issued !== "string" ||
    typeof expires !== "string" ||
    Number.isNaN(Date.parse(issued)) ||
    Number.isNaN(Date.parse(expires)) ||
    !Array.isArray(advisories)
  )
    refuse("predicate-malformed", "The feed does not say its name, its number, its dates and its advisories.");
  if (advisories.length > LIMITS.claimsMax)
    refuse("predicate-malformed", `The feed holds more than ${LIMITS.claimsMax} advisories (limit claimsMax).`);
  if (at > new Date(expires))
    refuse(
      "replayed",
      `The feed ended ${expires.slice(0, 10)}. Whoever gave it to you keeps newer ones back, or has none.`,
    );
  const known = after.get(name);
  if (known !== undefined && (sequence as number) < known)
    refuse("replayed", `The feed is number ${String(sequence)}, and number ${known} was imported before.`);
  const subjects = new Map(signed.subject.map((subject) => [subject.name, subject.digest["sha256"]]));
  if (subjects.size !== advisories.length || signed.subject.length !== advisories.length)
    refuse("subject-mismatch", "The feed's subjects are not its advisories.");
  return {
    name,
    sequence: sequence as number,
    issued,
    expires,
    advisories: (advisories as unknown[]).map((item, i) => {
      if (!isObject(item)) refuse("predicate-malformed", `Advisory ${i + 1} of the feed is not an object.`);
      if (subjects.get(String(item["id"])) !== digestOf(item))
        refuse("subject-mismatch", `Advisory ${i + 1} of the feed is not the one that its digest names.`);
      return { json: item, advisory: readAdvisory(item, `advisory ${i + 1} of the feed`) };
    }),
  };
}
