// The front door: all that a program needs that embeds zoo. docs/cpp.md is the guide.
//   create_model, list_models, register_arch    models by name, and architectures of one's own
//   weight, list_weights                        what is published
//   load, state_dict, save_model                tensors in and out
//   Classifier                                  pictures become labels
//   finetune                                    a published model and pictures become a model of their
//   classes Loader, train, RunDirectory                 the parts of it
#pragma once

#include "zoo/arch/registry.h"
#include "zoo/base/error.h"
#include "zoo/checkpoint/checkpoint.h"
#include "zoo/classifier/classifier.h"
#include "zoo/finetune/finetune.h"
#include "zoo/loader/loader.h"
#include "zoo/manifest/catalogue.h"
#include "zoo/models/create.h"
#include "zoo/models/load.h"
#include "zoo/models/save.h"
#include "zoo/train/evaluate.h"
#include "zoo/train/run_dir.h"
#include "zoo/train/trainer.h"
#include "zoo/version.h"
