// Examples of remote-data-files.
import type { Example } from "../../core/detector.ts";

const card = (title: string, finds: readonly string[], ...front: readonly string[]): Example => ({
  title,
  given: {
    language: "card",
    text: ["---", "license: mit", ...front, "---", "# Questions", "", "Ask away.", ""].join("\n"),
  },
  finds,
});

export const examples: readonly Example[] = [
  card(
    "A file on another host",
    ["5 medium"],
    "configs:",
    "- config_name: default",
    "  data_files: https://data.example.com/train.csv",
  ),
  card(
    "Splits on other hosts, in every notation",
    ["7 medium", "8 medium", "9 medium"],
    "configs:",
    "- config_name: default",
    "  data_files:",
    "  - split: train",
    "    path: s3://bucket/train.parquet",
    "  - { split: test, path: 'gs://bucket/test.parquet' }",
    '  - {"split": "dev", "path": "zip://dev.csv::https://data.example.com/dev.zip"}',
  ),
  card(
    "A bare network address",
    ["5 high"],
    "configs:",
    "- config_name: default",
    "  data_files: http://203.0.113.9/train.csv",
  ),
  card(
    "Another repository",
    ["5 low"],
    "configs:",
    "- config_name: default",
    "  data_files: hf://datasets/example/other/train.csv",
  ),
  card(
    "Out of the folder, and off the disk",
    ["5 medium", "6 medium"],
    "configs:",
    "- config_name: default",
    "  data_dir: ../../secrets",
    "  data_files: /etc/passwd",
  ),
  {
    title: "In the builder's own settings",
    given: { language: "yaml", text: "configs:\n- data_files:\n    train: ftp://data.example.com/a.csv\n" },
    finds: ["3 medium"],
  },
  card(
    "Files of the repository",
    [],
    "configs:",
    "- config_name: default",
    "  data_files:",
    "  - split: train",
    "    path: data/train-*.parquet",
    "  - split: test",
    "    path:",
    '    - "data/test..v2.parquet"',
    "    - zip://test.csv::data/test.zip",
    "source: https://data.example.com/about",
  ),
  card(
    "Addresses that are no data files",
    [],
    "homepage: https://data.example.com",
    "license_link: http://203.0.113.9/LICENSE",
  ),
];
