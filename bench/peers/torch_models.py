"""The models and the plain local-training loops, shared by the PyTorch peers."""
import torch, torch.nn as nn, torch.nn.functional as F


class MLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(784, 128)
        self.fc2 = nn.Linear(128, 10)

    def forward(self, x):
        return self.fc2(F.relu(self.fc1(x)))


class CNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, 5, padding=2)
        self.conv2 = nn.Conv2d(32, 64, 5, padding=2)
        self.fc1 = nn.Linear(3136, 512)
        self.fc2 = nn.Linear(512, 10)

    def forward(self, x):
        x = x.view(-1, 1, 28, 28)
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = x.reshape(x.shape[0], -1)
        return self.fc2(F.relu(self.fc1(x)))


class Depthwise(nn.Module):
    """A strided convolution, three depthwise and pointwise pairs, global mean, dense: 30,794 parameters."""

    def __init__(self):
        super().__init__()
        layers = [nn.Conv2d(1, 32, 3, stride=2, padding=1), nn.ReLU()]
        for inputs, outputs, stride in ((32, 64, 1), (64, 128, 2), (128, 128, 1)):
            layers += [nn.Conv2d(inputs, inputs, 3, stride=stride, padding=1, groups=inputs), nn.ReLU(),
                       nn.Conv2d(inputs, outputs, 1), nn.ReLU()]
        self.features = nn.Sequential(*layers)
        self.dense = nn.Linear(128, 10)

    def forward(self, x):
        return self.dense(self.features(x.view(-1, 1, 28, 28)).mean((2, 3)))


def make_model(workload, seed=0):
    torch.manual_seed(seed)
    return {"W1": MLP, "W2": CNN, "DW": Depthwise}[workload]()


def local_train(model, x, y, batch, lr, opt=None):
    """One local epoch of plain SGD on shuffled mini-batches. x [n,784], y [n]."""
    if opt is None:
        opt = torch.optim.SGD(model.parameters(), lr=lr)
    perm = torch.randperm(x.shape[0])
    xs, ys = x[perm], y[perm]
    for xb, yb in zip(xs.split(batch), ys.split(batch)):
        opt.zero_grad(set_to_none=True)
        F.cross_entropy(model(xb), yb).backward()
        opt.step()


@torch.no_grad()
def accuracy(model, x, y):
    return sum((model(xb).argmax(1) == yb).sum().item() for xb, yb in zip(x.split(1000), y.split(1000))) / len(y)
