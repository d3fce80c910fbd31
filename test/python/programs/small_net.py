"""Trains a small network on noise with everything that a checkpoint can miss: dropout, batch norm, momentum, a schedule,
the centers of the loss, a loader."""
import torch
from torch import nn

import cosweep
from cosweep_loss import CombinedLoss

run = cosweep.run({"batches": 8, "evalEvery": 4, "alpha": 0.5, "gamma": 1.0, "beta": 0.3, "N": 4, "epsilon": 0.02})
drawn = torch.Generator().manual_seed(1)
x, y = torch.randn(50, 6, generator=drawn), torch.arange(50) % 3
body = nn.Sequential(nn.Linear(6, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.3), nn.Linear(16, 5))
head = nn.Linear(5, 3)
model = nn.ModuleDict({"body": body, "head": head})
loss = CombinedLoss(3, 5, run.alpha, run.gamma, **run.loss)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, run.batches)
parts = {"model": model, "optimizer": optimizer, "schedule": schedule, "loss": loss}
parts.pop(run.training.get("forgotten"), None)
save, load = cosweep.torch_checkpoint(**parts)
loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x, y), num_workers=run.training.get("workers", 0),
                                     batch_sampler=run.batch_sampler(len(y), 16))


@torch.no_grad()
def evaluate(batch):
    model.eval(), loss.eval()
    features = body(x)
    logits = loss.predict(features, head.weight, head.bias)
    run.report(batch, {"val/accuracy": (logits.argmax(1) == y).double().mean()})
    run.report_evaluation(batch, "val", features, logits, y)
    model.train(), loss.train()


for t, (images, labels) in zip(run.steps(save, load, evaluate=evaluate), loader):
    terms = loss(body(images), head.weight, head.bias, labels, run.beta(t), run.epsilon)
    optimizer.zero_grad()
    terms.total.backward()
    optimizer.step()
    schedule.step()
    run.report(t, terms.metrics())
