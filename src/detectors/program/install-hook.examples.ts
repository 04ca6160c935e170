// Examples of install-hook.
import type { Example } from "../../core/detector.ts";
import { python } from "./testing/program.ts";

const SETUP = ["from setuptools import setup", "from setuptools.command.install import install"];

export const examples: readonly Example[] = [
  python(
    "An install command that connects",
    ["6 high"],
    ...SETUP,
    "import urllib.request",
    "class Hook(install):",
    "    def run(self):",
    '        urllib.request.urlopen("https://collect.example.test/")',
    "        install.run(self)",
    'setup(name="a", cmdclass={"install": Hook})',
  ),
  python(
    "A develop command that runs decoded text",
    ["6 critical"],
    "import base64",
    "from setuptools import setup",
    "from setuptools.command.develop import develop as Base",
    "class Hook(Base):",
    "    def run(self):",
    `        ${"ex" + "ec"}(base64.b64decode(text))`,
    'setup(name="a", cmdclass={"develop": Hook})',
  ),
  python(
    "A network call at the top of the script",
    ["4 medium"],
    ...SETUP,
    "import requests",
    'requests.get("https://collect.example.test/")',
    'setup(name="a")',
  ),
  python(
    "A build that asks git for its version",
    [],
    "import subprocess",
    "from setuptools import setup, find_packages",
    'version = subprocess.check_output(["git", "describe", "--tags"]).decode()',
    'setup(name="a", version=version, packages=find_packages())',
  ),
];
