"""The network: a small llama (RMSNorm, rotary positions in interleaved pairs, SwiGLU), in plain PyTorch.

Names of the parameters are those of the GGUF tensors, so that export is a copy.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True)
class Shape:
    """Sizes; all of them multiples of 32, the block of Q8_0."""

    vocabulary: int
    width: int = 192
    layers: int = 4
    heads: int = 6
    hidden: int = 512
    epsilon: float = 1e-5
    rope_base: float = 10000.0
    context: int = 1024

    @property
    def head_width(self) -> int:
        return self.width // self.heads


class RmsNorm(nn.Module):
    def __init__(self, width: int, epsilon: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self._epsilon = epsilon

    def forward(self, x: Tensor) -> Tensor:
        normed: Tensor = functional.rms_norm(x, self.weight.shape, self.weight, self._epsilon)
        return normed


def rotate(x: Tensor, angles: Tensor) -> Tensor:
    """x: (batch, heads, nodes, head_width); angles: (batch, 1, nodes, head_width / 2)."""
    even, odd = x[..., 0::2], x[..., 1::2]
    cos, sin = angles.cos(), angles.sin()
    return torch.stack((even * cos - odd * sin, even * sin + odd * cos), dim=-1).flatten(-2)


class Block(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        width, hidden = shape.width, shape.hidden
        self._heads = shape.heads
        self.attn_norm, self.ffn_norm = RmsNorm(width, shape.epsilon), RmsNorm(width, shape.epsilon)
        self.attn_q, self.attn_k, self.attn_v, self.attn_output = (
            nn.Linear(width, width, bias=False) for _ in range(4)
        )
        self.ffn_gate, self.ffn_up = (nn.Linear(width, hidden, bias=False) for _ in range(2))
        self.ffn_down = nn.Linear(hidden, width, bias=False)

    def forward(self, x: Tensor, angles: Tensor, bias: Tensor) -> Tensor:
        batch, nodes, width = x.shape
        normed = self.attn_norm(x)

        def heads(y: Tensor) -> Tensor:
            return y.view(batch, nodes, self._heads, -1).transpose(1, 2)

        q, k = rotate(heads(self.attn_q(normed)), angles), rotate(heads(self.attn_k(normed)), angles)
        mixed = functional.scaled_dot_product_attention(q, k, heads(self.attn_v(normed)), attn_mask=bias)
        x = x + self.attn_output(mixed.transpose(1, 2).reshape(batch, nodes, width))
        normed = self.ffn_norm(x)
        fed: Tensor = self.ffn_down(functional.silu(self.ffn_gate(normed)) * self.ffn_up(normed))
        return x + fed


class Network(nn.Module):
    """Tokens and positions (batch, nodes), sees (batch, nodes, nodes); gives states (batch, nodes, width)."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.token_embd = nn.Embedding(shape.vocabulary, shape.width)
        self.blk = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.output_norm = RmsNorm(shape.width, shape.epsilon)
        self.output = nn.Linear(shape.width, shape.vocabulary, bias=False)
        for name, parameter in self.named_parameters():
            if parameter.dim() == 2:
                into_stream = name.endswith(("attn_output.weight", "ffn_down.weight"))
                nn.init.normal_(parameter, std=0.03 * ((2 * shape.layers) ** -0.5 if into_stream else 1.0))

    def forward(self, tokens: Tensor, positions: Tensor, sees: Tensor) -> Tensor:
        half = torch.arange(0, self.shape.head_width, 2, dtype=torch.float32)
        turns = self.shape.rope_base ** (-half / self.shape.head_width)
        angles = (positions[..., None].float() * turns)[:, None]
        x = self.token_embd(tokens)
        bias = torch.zeros(sees.shape, dtype=x.dtype).masked_fill_(~sees, float("-inf"))[:, None]
        for block in self.blk:
            x = block(x, angles, bias)
        normed: Tensor = self.output_norm(x)
        return normed

    def logits(self, hidden: Tensor) -> Tensor:
        """Next-token scores (…, vocabulary) of hidden states (…, width)."""
        scored: Tensor = self.output(hidden)
        return scored
