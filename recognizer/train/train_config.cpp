#include "recognizer/train/train_config.h"

#include "recognizer/strict_json.h"

namespace ocrbatch::recognizer {

TrainConfig read_train_config(const boost::json::value& train) {
  TrainConfig c;
  StrictObject object(train, "train");
  object.read("batch_size", c.batch_size);
  object.read("learning_rate", c.learning_rate);
  object.read("warmup", c.warmup);
  object.read("weight_decay", c.weight_decay);
  object.read("gradient_clip", c.gradient_clip);
  object.read("ema_decay", c.ema_decay);
  object.read("epochs", c.epochs);
  object.read("lines_per_epoch", c.lines_per_epoch);
  object.read("max_steps", c.max_steps);
  object.read("amp", c.amp);
  object.read("trainable", c.trainable);
  object.read("frozen", c.frozen);
  object.read("backbone_weights", c.backbone_weights);
  object.read("distillation", c.distillation);
  object.read("variations", c.variations);
  object.read("seed", c.seed);
  object.read("workers", c.workers);
  object.read("threads", c.threads);
  object.read("log_every_steps", c.log_every_steps);
  object.read("validate_every_steps", c.validate_every_steps);
  object.read("checkpoint_every_steps", c.checkpoint_every_steps);
  object.read("validation_lines", c.validation_lines);
  object.read("patience", c.patience);
  object.finish();
  object.require(c.batch_size >= 1, "batch_size", "positive");
  object.require(c.learning_rate > 0, "learning_rate", "positive");
  object.require(c.warmup >= 0 && c.warmup <= 1, "warmup", "from 0 to 1");
  object.require(c.ema_decay >= 0 && c.ema_decay < 1, "ema_decay", "from 0 to less than 1");
  object.require(c.distillation >= 0 && c.distillation <= 1, "distillation", "from 0 to 1");
  object.require(c.variations >= 1, "variations", "positive");
  object.require(c.epochs >= 1, "epochs", "positive");
  object.require(c.amp == "off" || c.amp == "bf16" || c.amp == "fp16", "amp",
                 "\"off\", \"bf16\" or \"fp16\"");
  object.require(c.log_every_steps >= 1, "log_every_steps", "positive");
  object.require(c.validate_every_steps >= 0, "validate_every_steps", "positive, or 0 for once an epoch");
  object.require(c.checkpoint_every_steps >= 0, "checkpoint_every_steps", "positive, or 0 for once an epoch");
  return c;
}

boost::json::object to_json(const TrainConfig& c) {
  return {{"batch_size", c.batch_size},
          {"learning_rate", c.learning_rate},
          {"warmup", c.warmup},
          {"weight_decay", c.weight_decay},
          {"gradient_clip", c.gradient_clip},
          {"ema_decay", c.ema_decay},
          {"epochs", c.epochs},
          {"lines_per_epoch", c.lines_per_epoch},
          {"max_steps", c.max_steps},
          {"amp", c.amp},
          {"trainable", boost::json::value_from(c.trainable)},
          {"frozen", boost::json::value_from(c.frozen)},
          {"backbone_weights", c.backbone_weights},
          {"distillation", c.distillation},
          {"variations", c.variations},
          {"seed", c.seed},
          {"workers", c.workers},
          {"threads", c.threads},
          {"log_every_steps", c.log_every_steps},
          {"validate_every_steps", c.validate_every_steps},
          {"checkpoint_every_steps", c.checkpoint_every_steps},
          {"validation_lines", c.validation_lines},
          {"patience", c.patience}};
}

}  // namespace ocrbatch::recognizer
