// Examples of inconsistent-dataset-info.
import type { Example } from "../../core/detector.ts";

const infos = (title: string, finds: readonly string[], value: unknown): Example => ({
  title,
  given: { language: "infos", text: JSON.stringify(value, null, 1) },
  finds,
});
const checksum = { num_bytes: 10, checksum: "a".repeat(64) };

export const examples: readonly Example[] = [
  infos("A download from a bare network address", ["4 high"], {
    default: { download_checksums: { "http://203.0.113.9/a.zip": checksum } },
  }),
  infos("A download over plain http", ["3 low"], {
    download_checksums: { "http://files.example.test/a.zip": checksum },
  }),
  infos("A file from outside", ["3 low"], { download_checksums: { "../../other/a.zip": checksum } }),
  infos("A script made the data", ["2 info"], {
    builder_name: "questions",
    splits: { train: { num_bytes: 10, num_examples: 2 } },
  }),
  infos("A size below zero", ["4 low"], { splits: { train: { num_bytes: -1 } } }),
  infos("What the library writes", [], {
    builder_name: "parquet",
    features: { text: { dtype: "string", _type: "Value" } },
    splits: { train: { name: "train", num_bytes: 1024, num_examples: 10 } },
    download_checksums: { "https://data.example.com/a.zip": checksum },
    download_size: 512,
    dataset_size: 1024,
  }),
];
