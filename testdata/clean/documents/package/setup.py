import os
import re
import subprocess

from setuptools import Extension, find_packages, setup
from setuptools.command.build_ext import build_ext

here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "README.md"), encoding="utf-8") as f:
    long_description = f.read()
with open(os.path.join(here, "fair", "__init__.py")) as f:
    version = re.search(r'__version__ = "(.*?)"', f.read()).group(1)


class Build(build_ext):
    def build_extensions(self):
        try:
            subprocess.check_call(["cmake", "--version"])
        except OSError:
            raise RuntimeError("CMake is needed to build this")
        super().build_extensions()


setup(
    name="fair-tools",
    version=version,
    long_description=long_description,
    packages=find_packages(),
    ext_modules=[Extension("fair._fast", ["src/fast.cpp"])],
    cmdclass={"build_ext": Build},
    install_requires=["numpy", "datasets>=2.14"],
)
