// The widths that pruning left of two nets (Aflalo et al. 2020); no rule gives them. Source: the files of
// timm/models/_pruned.
#pragma once

#include "zoo/arch/arch.h"

namespace zoo {

struct PrunedNet {
  Stages channels{};  // of each stage's output map
  std::span<const PrunedBlock> blocks;
};

inline constexpr PrunedBlock kBlocksOfEcaResNet50dPruned[]{
    {47, 18},   {52, 22},   {64, 35},   {85, 37},   {107, 80},  {120, 85},  {125, 87},  {198, 126},
    {255, 232}, {256, 233}, {253, 235}, {256, 225}, {256, 239}, {492, 237}, {512, 500}, {512, 490}};
inline constexpr PrunedNet kEcaResNet50dPruned{{19, 171, 818, 2022}, kBlocksOfEcaResNet50dPruned};

inline constexpr PrunedBlock kBlocksOfEcaResNet101dPruned[]{
    {45, 25},   {53, 20},   {60, 27},   {81, 24},   {93, 49},   {102, 54},  {122, 78},
    {101, 25},  {239, 160}, {234, 156}, {250, 176}, {253, 191}, {251, 175}, {230, 128},
    {244, 154}, {244, 159}, {238, 97},  {244, 149}, {253, 181}, {245, 119}, {255, 216},
    {256, 201}, {253, 149}, {254, 141}, {256, 190}, {256, 217}, {255, 156}, {256, 155},
    {256, 232}, {256, 214}, {499, 289}, {512, 512}, {512, 502}};
inline constexpr PrunedNet kEcaResNet101dPruned{{26, 142, 278, 2042}, kBlocksOfEcaResNet101dPruned};

}  // namespace zoo
