// One operation of a pickle as a hit: what would run, as text, and where it stands.
import type { Hit } from "../../core/detector.ts";
import type { Operation } from "../../core/model.ts";

export const hitOf = (operation: Operation, said: Pick<Hit, "message" | "group" | "severity">): Hit => ({
  ...said,
  excerpt: operation.text,
  ...(operation.offset === undefined ? {} : { offset: operation.offset }),
  evidence: {
    ...((operation.count ?? 1) > 1 ? { times: operation.count ?? 1 } : {}),
  },
});
