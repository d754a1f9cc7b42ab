"""Plain PyTorch FedAvg loop.
--procs N starts N worker processes that share the global weights through shared memory."""
import argparse, os, time
ap = argparse.ArgumentParser()
ap.add_argument("--workload", default="W1"); ap.add_argument("--batch", type=int, default=10)
ap.add_argument("--rounds", type=int, default=20)
ap.add_argument("--procs", type=int, default=0); ap.add_argument("--threads", type=int, default=1)
ap.add_argument("--mem", default="contig", help="contig or channels_last (CNN)")
a = ap.parse_args()
import common
T0 = common.start_time()
import torch
import torch.multiprocessing as mp
from torch_models import make_model, local_train, accuracy


class Trainer:
    def __init__(self, a):
        torch.set_num_threads(a.threads)
        self.a = a
        cx, cy, xte, yte = common.client_data()
        self.cx, self.cy = torch.from_numpy(cx), torch.from_numpy(cy)
        self.xte, self.yte = torch.from_numpy(xte), torch.from_numpy(yte)
        self.model = make_model(a.workload)
        if a.mem == "channels_last":
            self.model = self.model.to(memory_format=torch.channels_last)
        self.params = list(self.model.parameters())
        self.sizes = [p.numel() for p in self.params]

    def flat(self):
        return torch.cat([p.detach().reshape(-1) for p in self.params])

    def load(self, flat):
        with torch.no_grad():
            for p, f in zip(self.params, flat.split(self.sizes)):
                p.copy_(f.view_as(p))

    def update(self, flat, c):
        """One client's update from the global weights; returns its flat weights."""
        self.load(flat)
        local_train(self.model, self.cx[c], self.cy[c], self.a.batch, common.LR)
        return self.flat()

    def group_sum(self, flat, clients):
        s = torch.zeros_like(flat)
        for c in clients:
            s += self.update(flat, c)
        return s


def worker(a, wid, gbuf, sbuf, jobs, done):
    t = Trainer(a)
    done.put(("ready", wid))
    while True:
        clients = jobs.get()
        if clients is None:
            return
        sbuf.copy_(t.group_sum(gbuf, clients))
        done.put(("ok", wid))


def main():
    sched = common.schedule(a.rounds)
    times, first = [], 0.0
    if a.procs == 0:
        t = Trainer(a)
        g = t.flat()
        for r, cl in enumerate(sched):
            s = time.perf_counter()
            g = t.group_sum(g, cl) / len(cl)
            e = time.perf_counter() - s
            if r == 0:
                first = time.time() - T0
            else:
                times.append(e)
    else:
        ctx = mp.get_context("spawn")
        m = make_model(a.workload)
        g = torch.cat([p.detach().reshape(-1) for p in m.parameters()]).share_memory_()
        bufs = [torch.zeros_like(g).share_memory_() for _ in range(a.procs)]
        done = ctx.Queue()
        jobs = [ctx.Queue() for _ in range(a.procs)]
        ps = [ctx.Process(target=worker, args=(a, i, g, bufs[i], jobs[i], done)) for i in range(a.procs)]
        for p in ps: p.start()
        for _ in ps: done.get()
        for r, cl in enumerate(sched):
            s = time.perf_counter()
            for i in range(a.procs):
                jobs[i].put(cl[i::a.procs])
            for _ in ps: done.get()
            g.copy_(sum(bufs) / len(cl))
            e = time.perf_counter() - s
            if r == 0:
                first = time.time() - T0
            else:
                times.append(e)
        for q in jobs: q.put(None)
        for p in ps: p.join()
        t = Trainer(a)
    t.load(g)
    torch.set_num_threads(2)
    acc = accuracy(t.model, t.xte, t.yte)
    common.emit("torch", a.workload, a.batch, f"procs={a.procs} threads={a.threads} {a.mem}", times, acc, first,
                version=torch.__version__)


if __name__ == "__main__":
    main()
