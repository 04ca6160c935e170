"""Loads the ferry timetable questions."""
import json

import datasets


class Ferry(datasets.GeneratorBasedBuilder):
    def _info(self):
        return datasets.DatasetInfo(features=datasets.Features({"question": datasets.Value("string"), "answer": datasets.Value("string")}))

    def _split_generators(self, dl_manager):
        path = dl_manager.download_and_extract("data/train.jsonl")
        return [datasets.SplitGenerator(name=datasets.Split.TRAIN, gen_kwargs={"path": path})]

    def _generate_examples(self, path):
        with open(path, encoding="utf-8") as lines:
            for key, line in enumerate(lines):
                yield key, json.loads(line)
