"""Read sentences with recordings, from tar archives, streamed."""
import csv
import glob
import xml.etree.ElementTree as ET
from pathlib import Path

import datasets
import pandas as pd

logger = datasets.logging.get_logger(__name__)
_BASE = "https://huggingface.co/datasets/example/speech/resolve/main/"
_LANGUAGES = ["fi", "ka", "yo", "am", "vi"]


class Speech(datasets.ArrowBasedBuilder):
    VERSION = datasets.Version("2.1.0")
    BUILDER_CONFIGS = [datasets.BuilderConfig(name=lang, description=f"Recordings in {lang}") for lang in _LANGUAGES]

    def _info(self):
        return datasets.DatasetInfo(features=datasets.Features({"path": datasets.Value("string"), "audio": datasets.Audio(sampling_rate=16_000), "text": datasets.Value("string")}))

    def _split_generators(self, dl_manager):
        urls = {split: _BASE + f"{self.config.name}/{split}.tar.gz" for split in ("train", "test")}
        archives = dl_manager.download(urls)
        tables = dl_manager.download_and_extract({s: _BASE + f"{self.config.name}/{s}.tsv" for s in urls})
        local = dl_manager.extract(archives) if not dl_manager.is_streaming else {}
        return [
            datasets.SplitGenerator(name=s, gen_kwargs={"table": tables[s], "files": dl_manager.iter_archive(archives[s]), "local": local.get(s)})
            for s in urls
        ]

    def _generate_tables(self, table, files, local):
        with open(table, newline="", encoding="utf-8") as handle:
            rows = {row["path"]: row for row in csv.DictReader(handle, delimiter="\t", quoting=csv.QUOTE_NONE)}
        for index, (name, file) in enumerate(files):
            row = rows.get(Path(name).name)
            if row is None:
                logger.warning("no sentence for %s", name)
                continue
            yield index, {"path": name, "audio": {"path": name, "bytes": file.read()}, "text": row["sentence"]}
        if local:
            for extra in sorted(glob.glob(str(Path(local) / "notes" / "*.xml"))):
                root = ET.parse(extra).getroot()
                for n, node in enumerate(root.iter("note")):
                    yield f"{extra}-{n}", pd.Series(node.attrib).to_dict()
