// What several commands' flags share.

/** `--only a,b --only c` is [a, b, c]. */
export const commaList = (value: string, before: string[] | undefined): string[] => [
  ...(before ?? []),
  ...value
    .split(",")
    .map((item) => item.trim())
    .filter(Boolean),
];
