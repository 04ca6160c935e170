// Examples of unsafe-requirement.
import type { Example } from "../../core/detector.ts";

const file = (title: string, finds: readonly string[], ...lines: readonly string[]): Example => ({
  title,
  given: { language: "other", text: `${lines.join("\n")}\n` },
  finds,
});

export const examples: readonly Example[] = [
  file(
    "An index that somebody added",
    ["1 medium"],
    "--extra-index-url https://packages.example.test/simple",
    "numpy==2.1.0",
  ),
  file("Over plain http", ["2 high"], "numpy", "tool @ http://files.example.test/tool-1.0-py3-none-any.whl"),
  file("From a bare address", ["1 high"], "https://203.0.113.9/tool-1.0.tar.gz"),
  file(
    "From a repository",
    ["2 low", "3 low"],
    "numpy",
    "git+https://github.com/example/tool.git@main",
    "-e git+https://github.com/example/other#egg=other",
  ),
  file(
    "In a list of a project",
    ["2 high"],
    "[build-system]",
    'requires = ["setuptools", "tool @ http://203.0.113.9/tool.whl"]',
  ),
  file("An archive by its address", ["1 low"], "tool @ https://files.example.test/tool-1.0.zip"),
  file("A name one letter away", ["3 high", "2 medium"], "numpy>=2", "reqests==2.31", "transformer", "torch"),
  {
    title: "An environment of conda",
    given: {
      language: "yaml",
      text: "dependencies:\n- python=3.11\n- pip:\n  - git+https://github.com/example/tool.git\n",
    },
    finds: ["4 low"],
  },
  file(
    "An ordinary list",
    [],
    "# training",
    "--index-url https://pypi.org/simple",
    "--extra-index-url https://download.pytorch.org/whl/cu121",
    "torch==2.5.1 ; python_version >= '3.10'",
    "transformers[torch]>=4.40,<5",
    "datasets",
    "dataset",
    "git+https://github.com/example/tool.git@0123456789abcdef0123456789abcdef01234567",
    "flash-attn @ https://github.com/example/flash/releases/download/v1/flash.whl",
  ),
  file(
    "A licence with addresses in it",
    [],
    "Apache License",
    "                        https://www.example.org/licenses/",
    "",
    "   request",
    "http://www.example.org/licenses/LICENSE-2.0",
  ),
];
