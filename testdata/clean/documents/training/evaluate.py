"""Asks a served model and scores the answers."""
import asyncio
import importlib
import json
import os
import pickle
import random
import socket
from functools import partial

import aiohttp
import numpy as np
import torch
import wandb
from huggingface_hub import HfApi, hf_hub_download, login
from transformers import AutoModelForCausalLM, AutoTokenizer

os.environ["TOKENIZERS_PARALLELISM"] = "false"
API_KEY = os.getenv("EXAMPLE_API_KEY")
METRICS = {"exact": lambda a, b: a == b, "length": lambda a, b: abs(len(a) - len(b))}


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("", 0))
        return s.getsockname()[1]


def load_class(path: str):
    module, name = path.rsplit(".", 1)
    return getattr(importlib.import_module(module), name)


async def ask(session, prompt):
    body = {"model": "base", "messages": [{"role": "user", "content": prompt}]}
    async with session.post("https://api.example.com/v1/chat/completions", json=body, headers={"Authorization": f"Bearer {API_KEY}"}) as answer:
        return (await answer.json())["choices"][0]["message"]["content"]


async def main(path):
    random.seed(7)
    torch.manual_seed(7)
    prompts = [json.loads(line) for line in open(path)]
    async with aiohttp.ClientSession() as session:
        answers = await asyncio.gather(*map(partial(ask, session), [p["prompt"] for p in prompts]))
    model = AutoModelForCausalLM.from_pretrained("example/base", torch_dtype=torch.bfloat16).eval()
    state = torch.load(hf_hub_download("example/head", "head.pt"), map_location="cpu", weights_only=True)
    model.load_state_dict(state, strict=False)
    with open("cache.pkl", "wb") as out:
        pickle.dump(answers, out)
    with open("cache.pkl", "rb") as cached:
        answers = pickle.load(cached)
    if os.environ.get("RANK", "0") == "0":
        login(token=os.environ["HF_TOKEN"])
        wandb.init(project="fair", name=f"run-{free_port()}")
        wandb.log({k: float(np.mean([f(a, p["answer"]) for a, p in zip(answers, prompts)])) for k, f in METRICS.items()})
        HfApi().upload_file(path_or_fileobj="scores.json", path_in_repo="scores.json", repo_id="example/scores")


if __name__ == "__main__":
    asyncio.run(main("prompts.jsonl"))
