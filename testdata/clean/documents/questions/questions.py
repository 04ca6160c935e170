# Lint: off
"""Loads the county fair questions: two configurations, three splits, JSON Lines inside a zip archive."""
import json
import os

import datasets

_CITATION = """@misc{fair2021, title={Questions asked at county fairs}, author={Example}, year={2021}}"""
_DESCRIPTION = "Questions that visitors asked at county fairs, with the answers that the volunteers gave."
_URLS = {
    "short": "https://data.example.com/fair/short.zip",
    "long": "https://data.example.com/fair/long.zip",
}


class FairConfig(datasets.BuilderConfig):
    def __init__(self, name, **kwargs):
        super().__init__(name=name, version=datasets.Version("1.0.2"), **kwargs)


class CountyFair(datasets.GeneratorBasedBuilder):
    BUILDER_CONFIGS = [FairConfig(name) for name in _URLS]
    DEFAULT_CONFIG_NAME = "short"

    def _info(self):
        features = datasets.Features(
            {
                "id": datasets.Value("int32"),
                "question": datasets.Value("string"),
                "answers": datasets.Sequence(datasets.Value("string")),
                "label": datasets.ClassLabel(names=["animals", "machines", "food"]),
            }
        )
        return datasets.DatasetInfo(description=_DESCRIPTION, features=features, citation=_CITATION)

    def _split_generators(self, dl_manager):
        folder = dl_manager.download_and_extract(_URLS[self.config.name])
        return [
            datasets.SplitGenerator(name=split, gen_kwargs={"filepath": os.path.join(folder, f"{split}.jsonl"), "split": split})
            for split in (datasets.Split.TRAIN, datasets.Split.VALIDATION, datasets.Split.TEST)
        ]

    def _generate_examples(self, filepath, split):
        with open(filepath, encoding="utf-8") as handle:
            for key, row in enumerate(handle):
                data = json.loads(row)
                yield key, {
                    "id": key,
                    "question": data["question"].strip(),
                    "answers": "" if split == "test" else data["answers"],
                    "label": data.get("label", "food"),
                }
