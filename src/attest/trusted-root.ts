// Whom a keyless signature may be judged by: a Sigstore trusted root (authorities, logs, clocks), given as a file or the
// one of the public-good service that comes with Bezoar. Every key must say since when it is valid: a missing start would
// be read as "since ever", and a leaked old key with it.
import { TrustedRoot } from "@sigstore/protobuf-specs";
import { toTrustMaterial, type TrustMaterial } from "@sigstore/verify";
import { badConfig } from "../core/errors.ts";
import { isObject, strictObject, type JsonObject } from "./strict-json.ts";
import { Refused } from "../core/refusal.ts";

const MEDIA_TYPE = /^application\/vnd\.dev\.sigstore\.trustedroot(\+json;version=0\.[12]|\.v0\.[12]\+json)$/;

/** Reads a trusted root, or the client trust configuration that carries one. `where` names the file in errors. */
export function trustedRoot(bytes: Uint8Array, where: string): TrustMaterial {
  let json: JsonObject;
  try {
    json = strictObject(bytes, "trust-root", "It");
  } catch (error) {
    if (error instanceof Refused) throw badConfig(where, error.message);
    throw error;
  }
  if (isObject(json["trustedRoot"])) json = json["trustedRoot"];
  if (!MEDIA_TYPE.test(String(json["mediaType"]))) throw badConfig(where, "is not a Sigstore trusted root.");
  for (const list of ["tlogs", "ctlogs"])
    for (const [i, log] of items(json, list).entries()) {
      const key = isObject(log) && isObject(log["publicKey"]) ? log["publicKey"] : {};
      checkStart(key["validFor"], `${where}: ${list}[${i}]`);
    }
  for (const list of ["certificateAuthorities", "timestampAuthorities"])
    for (const [i, authority] of items(json, list).entries())
      checkStart(isObject(authority) ? authority["validFor"] : undefined, `${where}: ${list}[${i}]`);
  try {
    return toTrustMaterial(TrustedRoot.fromJSON(json));
  } catch (error) {
    throw badConfig(where, `is not a trusted root that can be read (${(error as Error).message}).`);
  }
}

const items = (json: JsonObject, key: string): readonly unknown[] => {
  const list = json[key];
  return Array.isArray(list) ? (list as unknown[]) : [];
};

function checkStart(validFor: unknown, where: string): void {
  const start = isObject(validFor) ? validFor["start"] : undefined;
  if (typeof start !== "string" || Number.isNaN(Date.parse(start)))
    throw badConfig(where, "does not say since when it is valid (validFor.start).");
}
