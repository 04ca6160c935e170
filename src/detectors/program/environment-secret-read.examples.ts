// Examples of environment-secret-read.
import type { Example } from "../../core/detector.ts";
import { builder, python } from "./testing/program.ts";

export const examples: readonly Example[] = [
  python("A token for an API", ["2 info"], "import os", 'token = os.environ["HF_TOKEN"]'),
  python(
    "Under another name, with a default",
    ["2 info"],
    "from os import getenv as get",
    'key = get("OPENAI_API_KEY", "")',
  ),
  python("In a loading script", ["21 low"], ...builder('token = os.environ.get("AWS_SECRET_ACCESS_KEY")')),
  python(
    "Everything, as data, in a loading script",
    ["21 medium", "21 medium"],
    ...builder("json.dumps(dict(os.environ))"),
  ),
  python(
    "Settings that are no secrets",
    [],
    "import os",
    'os.environ["CUDA_VISIBLE_DEVICES"] = "0"',
    'home = os.environ["HOME"]',
    'workers = int(os.getenv("NUM_WORKERS", 4))',
    'env = {**os.environ, "A": "b"}',
  ),
];
