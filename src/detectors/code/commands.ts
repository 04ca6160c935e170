// Every malicious-code indicator in one list, for whoever holds text that was hidden: what came out of a decoder or out
// of invisible characters is a command or it is not, wherever it stands.
import { DECODED_EXECUTIONS } from "./decoded-execution.ts";
import { CREDENTIAL_HARVESTS } from "./credential-harvest.ts";
import { DESTRUCTIVE_COMMANDS } from "./destructive-command.ts";
import { DOWNLOAD_EXECUTES } from "./download-execute.ts";
import { PERSISTENCES } from "./persistence.ts";
import { REVERSE_SHELLS } from "./reverse-shell.ts";
import { SQL_DESTRUCTIONS } from "./sql-destruction.ts";
import { searchFor } from "./indicators.ts";
import type { Indicator, Match } from "./indicators.ts";

const ALL: readonly Indicator[] = [
  ...REVERSE_SHELLS,
  ...DOWNLOAD_EXECUTES,
  ...CREDENTIAL_HARVESTS,
  ...PERSISTENCES,
  ...DESTRUCTIVE_COMMANDS,
  ...DECODED_EXECUTIONS,
  ...SQL_DESTRUCTIONS,
];

/** The malicious commands in a text, in the order of the detectors above. */
export const commandsIn: (text: string) => readonly Match[] = searchFor(ALL);
