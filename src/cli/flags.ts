// What several commands' flags share.
import { InvalidArgumentError } from "commander";

export const wholeNumber = (value: string): number => {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1 || number > 1024)
    throw new InvalidArgumentError("It must be a whole number from 1 to 1024.");
  return number;
};

/** `--roots a --roots b` is [a, b]. */
export const repeated = (value: string, before: string[] | undefined): string[] => [...(before ?? []), value];

/** `--only a,b --only c` is [a, b, c]. */
export const commaList = (value: string, before: string[] | undefined): string[] => [
  ...(before ?? []),
  ...value
    .split(",")
    .map((item) => item.trim())
    .filter(Boolean),
];

/** A count that a person types: of days, of a feed. */
export const wholeDays = (value: string): number => {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 1)
    throw new InvalidArgumentError("It must be a whole number from 1 on.");
  return number;
};
