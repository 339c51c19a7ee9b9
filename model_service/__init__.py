"""The model, in this process. Everything another package may use is named here."""

from model_service.config import ModelConfig
from model_service.detail import LEVEL_TOKENS, MAX_TOKENS, MIN_TOKENS, STANDARD, Detail, DetailPlan, Level, plan_detail
from model_service.engine import Engine, EngineInfo, EngineStep
from model_service.errors import (
    CheckpointError,
    Draining,
    EngineDead,
    GenerationFailed,
    ModelServiceError,
    OutOfMemory,
    PictureFault,
    PictureRejected,
    QueueFull,
    UnknownDetail,
)
from model_service.types import (
    FinishReason,
    GenerationOutput,
    GenerationRequest,
    Message,
    Role,
    SamplingParams,
    Stage,
)

__all__ = [
    "LEVEL_TOKENS",
    "MAX_TOKENS",
    "MIN_TOKENS",
    "STANDARD",
    "CheckpointError",
    "Detail",
    "DetailPlan",
    "Draining",
    "Engine",
    "EngineDead",
    "EngineInfo",
    "EngineStep",
    "FinishReason",
    "GenerationFailed",
    "GenerationOutput",
    "GenerationRequest",
    "Level",
    "Message",
    "ModelConfig",
    "ModelServiceError",
    "OutOfMemory",
    "PictureFault",
    "PictureRejected",
    "QueueFull",
    "Role",
    "SamplingParams",
    "Stage",
    "UnknownDetail",
    "plan_detail",
]
