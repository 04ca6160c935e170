# Model files as PyTorch itself writes them, into the folder argv[1]: ordinary ones under pass/, and under fail/ some
# with an object that is pickled as a call, or as an attribute by its name. Nothing is loaded again, so nothing of that is
# ever called.
import codecs
import collections
import enum
import io
import os
import pickle
import random
import sys
import tarfile
import types
import zipfile

import torch
from torch import nn

out = sys.argv[1]


class Mode(enum.Enum):
    STEPS = "steps"
    BOTH = (1, 2)


class Arguments:
    def __init__(self):
        self.rate, self.mode, self.device = 1e-3, Mode.STEPS, torch.device("cpu")


class Call:
    """Pickled as a call; never unpickled here."""

    def __init__(self, *reduced):
        self.reduced = reduced

    def __reduce__(self):
        return self.reduced


def path(kind, name):
    os.makedirs(os.path.join(out, kind), exist_ok=True)
    return os.path.join(out, kind, name)


def saved(obj, **options):
    buffer = io.BytesIO()
    torch.save(obj, buffer, **options)
    return buffer.getvalue()


def packed(kind, name, content):
    with zipfile.ZipFile(path(kind, name + ".mar"), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("model.pt", content)
        archive.writestr("MAR-INF/MANIFEST.json", '{"model": {"handler": "image_classifier"}}')
    with tarfile.open(path(kind, name + ".nemo"), "w:gz") as archive:
        for member, data in (("model_config.yaml", b"sample_rate: 16000\n"), ("model_weights.ckpt", content)):
            info = tarfile.TarInfo(member)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))


net = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(), nn.Linear(8, 4)).eval()
optimizer = torch.optim.AdamW(net.parameters())
schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.1, 10)
random_state = {"python": random.getstate(), "torch": torch.random.get_rng_state()}
ordinary = {
    "state.pt": net.state_dict(),
    "module.pt": net,
    "optimizer.pt": optimizer.state_dict(),
    "scheduler.pt": schedule.state_dict(),
    "training_args.bin": Arguments(),
    "rng_state.pth": random_state,
    "sparse.pt": [torch.eye(3).to_sparse(), torch.eye(3).to_sparse_csr(), torch.ones(2, dtype=torch.complex64)],
    "quantised.pt": torch.quantize_per_tensor(torch.eye(3), 0.1, 0, torch.qint8),
    "values.pt": [torch.ones(3, 3).max(0), torch.ones(2).untyped_storage(), Mode.BOTH, types.SimpleNamespace(a=1)],
    "checkpoint.ckpt": {
        "epoch": 3,
        "state_dict": net.state_dict(),
        "optimizer_states": [optimizer.state_dict()],
        "hyper_parameters": {"act": nn.ReLU, "loss": nn.MSELoss(), "history": collections.defaultdict(list)},
        "bytes": saved(net.state_dict()),
    },
}
for name, obj in ordinary.items():
    torch.save(obj, path("pass", name))
    torch.save(obj, path("pass", "legacy-" + name), _use_new_zipfile_serialization=False)
for protocol in range(6):
    with open(path("pass", f"tensors-{protocol}.pkl"), "wb") as file:
        pickle.dump({"tensor": torch.ones(3), "module": net}, file, protocol)
torch.jit.save(torch.jit.script(net), path("pass", "script.pt"))
torch.jit.save(torch.jit.trace(net, torch.ones(1, 3, 3, 3)), path("pass", "trace.pt"))
torch.export.save(torch.export.export(net, (torch.ones(1, 3, 3, 3),)), path("pass", "export.pt2"))
with torch.package.PackageExporter(path("pass", "package.pt")) as package:
    package.extern("torch.**")
    package.save_pickle("model", "model.pkl", net)
with open(path("pass", "shard.distcp"), "wb") as file:
    for tensor in net.state_dict().values():
        file.write(saved(tensor))
packed("pass", "packed", saved(net.state_dict()))

hostile = {
    "call": Call(print, ("inert",)),
    "attribute": Call(getattr, (Call(getattr, (nn.Linear, "forward")), "__globals__")),
    "unlisted": Call(torch.nn.modules.module.register_module_forward_hook, (print,)),
    "object": Call(codecs.decode, ("vareg", "rot13")),
}
for name, obj in hostile.items():
    state = {"weight": torch.ones(2), "extra": obj}
    torch.save(state, path("fail", name + ".pt"))
    torch.save(state, path("fail", name + "-legacy.pt"), _use_new_zipfile_serialization=False)
    torch.save({"bytes": saved(state)}, path("fail", name + "-in-value.pt"))
    with open(path("fail", name + ".distcp"), "wb") as file:
        file.write(saved(state) + saved(torch.ones(2)))
    with torch.package.PackageExporter(path("fail", name + "-package.pt")) as package:
        package.extern("**")
        package.save_pickle("model", "model.pkl", state)
    packed("fail", name, saved(state))
print(sum(len(files) for _, _, files in os.walk(out)))
