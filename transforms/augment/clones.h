// How loops over floating-point numbers get wider registers where the processor has them. Internal to
// transforms. Address sanitizers cannot start before the choice.
#pragma once

#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(__SANITIZE_ADDRESS__)
// Never with fused multiply-add, which Pillow's builds do not have and which rounds otherwise.
#define ZOO_WIDER_CLONES __attribute__((target_clones("avx2", "default")))
// With it, for __builtin_fmaf where PyTorch's builds fuse.
#define ZOO_FUSED_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define ZOO_WIDER_CLONES
#define ZOO_FUSED_CLONES
#endif
