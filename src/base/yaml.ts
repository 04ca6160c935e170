// The YAML library, loaded when the first document needs it: most scans meet none, and it would be a third of their
// start.
import { createRequire } from "node:module";

type Yaml = typeof import("yaml");

let loaded: Yaml | undefined;

export const yaml = (): Yaml => (loaded ??= createRequire(import.meta.url)("yaml") as Yaml);
