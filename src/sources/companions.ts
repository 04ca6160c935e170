// The programs beside a file of settings that loading it imports: what `auto_map`, the modules of sentence-transformers,
// the parts of a diffusers pipeline and the library of an adapter name, and what those import of their own folder. Asked
// only for a file that is scanned alone; a folder holds them anyway. Nothing outside the file's folder is taken.
import { closeSync, lstatSync, openSync, readSync } from "node:fs";
import { basename, dirname, join } from "node:path";

const SETTINGS =
  /^(?:config|tokenizer_config|generation_config|processor_config|preprocessor_config|image_processor_config|video_preprocessor_config|feature_extractor_config|modules|model_index|adapter_config)\.json$/i;
/** Settings are a few kilobytes; a tokenizer's may be a megabyte of added tokens (CWE-770). */
const SETTINGS_BYTES_MAX = 8 * 1024 * 1024;
const PROGRAM_BYTES_MAX = 1024 * 1024;
const COMPANIONS_MAX = 64;
const MODULE = /^[A-Za-z_]\w{0,100}(?:\.[A-Za-z_]\w{0,100}){0,8}$/;

/** Paths of the programs, in a fixed order; none where the file is no settings or names none. Never throws. */
export function companionsOf(path: string): string[] {
  if (!SETTINGS.test(basename(path))) return [];
  const text = readStart(path, SETTINGS_BYTES_MAX);
  if (text === undefined) return [];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [];
  }
  const folder = dirname(path);
  const found: string[] = [];
  const take = (module: string): void => {
    const parts = module.split(".");
    // `module.Class`, `package.module.Class` and `module` alone.
    for (const names of [parts.slice(0, -1), parts]) {
      if (names.length === 0) continue;
      const file = join(folder, `${names.join("/")}.py`);
      if (found.length < COMPANIONS_MAX && !found.includes(file) && isFile(file)) found.push(file);
    }
  };
  for (const module of modulesIn(value)) take(module);
  for (const file of found) {
    const source = readStart(file, PROGRAM_BYTES_MAX) ?? "";
    for (const { 1: module = "", 2: names = "" } of source.matchAll(
      /^[ \t]{0,40}from[ \t]{1,10}\.([\w.]{0,200})[ \t]{1,10}import[ \t(]{1,10}([^\n#)]{0,500})/gm,
    )) {
      if (MODULE.test(module)) take(module);
      else if (module === "") for (const name of names.split(",", 32)) if (MODULE.test(name.trim())) take(name.trim());
    }
  }
  return found;
}

export const isSettings = (name: string): boolean => SETTINGS.test(name.slice(name.lastIndexOf("/") + 1));

/**
 * Programs of its own repository that `auto_map` of settings names, or one of those imports relatively, and that are not
 * among `names`: nobody has looked at them. `read` gives the text of a file; paths are with `/`, in a fixed order.
 */
export async function absentPrograms(
  settings: string,
  names: ReadonlySet<string>,
  read: (name: string) => Promise<string | undefined>,
): Promise<string[]> {
  let map: unknown;
  try {
    map = (JSON.parse((await read(settings)) ?? "null") as { auto_map?: unknown } | null)?.auto_map;
  } catch {
    return [];
  }
  const folder = settings.slice(0, settings.lastIndexOf("/") + 1);
  const absent = new Set<string>();
  const found: string[] = [];
  const take = (path: string): void => {
    const file = [`${path}.py`, `${path}/__init__.py`].find((one) => names.has(one));
    if (file === undefined) absent.add(`${path}.py`);
    else if (found.length < COMPANIONS_MAX && !found.includes(file)) found.push(file);
  };
  for (const module of modulesIn({ auto_map: map ?? {} }))
    if (module.includes(".")) take(folder + module.split(".").slice(0, -1).join("/"));
  for (const file of found)
    for (const { 1: dots = "", 2: module = "" } of ((await read(file)) ?? "").matchAll(RELATIVE_IMPORT)) {
      const place = file.split("/").slice(0, -dots.length);
      if (MODULE.test(module) && place.length >= file.split("/").length - dots.length)
        take([...place, ...module.split(".")].join("/"));
    }
  return [...absent].slice(0, COMPANIONS_MAX);
}

const RELATIVE_IMPORT = /^[ \t]{0,40}from[ \t]{1,10}(\.{1,8})([A-Za-z_][\w.]{0,200})[ \t]{1,10}import\b/gm;

/** Dotted names of classes in settings, without those of other repositories. */
function* modulesIn(value: unknown): Iterable<string> {
  if (typeof value !== "object" || value === null) return;
  const texts: unknown[] = [];
  if (Array.isArray(value))
    for (const item of value.slice(0, 64)) texts.push((item as { type?: unknown } | null)?.type);
  else {
    const {
      auto_map: map,
      custom_pipelines: pipelines,
      auto_mapping: mapping,
      ...rest
    } = value as Record<string, unknown>;
    for (const item of Object.values(map ?? {})) texts.push(...(Array.isArray(item) ? item : [item]));
    for (const item of Object.values(pipelines ?? {})) texts.push((item as { impl?: unknown } | null)?.impl);
    texts.push((mapping as { parent_library?: unknown } | null | undefined)?.parent_library);
    for (const item of Object.values(rest))
      if (Array.isArray(item) && item.length === 2 && typeof item[0] === "string") texts.push(item[0]);
  }
  for (const text of texts.slice(0, 256)) if (typeof text === "string" && MODULE.test(text)) yield text;
}

const isFile = (path: string): boolean => {
  try {
    return lstatSync(path).isFile();
  } catch {
    return false;
  }
};

function readStart(path: string, max: number): string | undefined {
  try {
    if (!lstatSync(path).isFile()) return undefined;
    const file = openSync(path, "r");
    try {
      const bytes = Buffer.alloc(Math.min(max, Math.max(1, lstatSync(path).size)));
      let read = 0;
      for (let got = 1; got > 0 && read < bytes.length; read += got)
        got = readSync(file, bytes, read, bytes.length - read, read);
      return bytes.toString("utf8", 0, read);
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
}
