"""The model, in this process. Everything another package may use is named here."""

from model_service.backends.backend import Backend, BackendEvents
from model_service.config import Limits, ModelConfig
from model_service.detail import LEVEL_TOKENS, MAX_TOKENS, MIN_TOKENS, STANDARD, Detail, DetailPlan, Level, plan_detail
from model_service.engines.engine import Engine, EngineInfo, EngineStep
from model_service.errors import (
    CheckpointError,
    Draining,
    EngineDead,
    GenerationFailed,
    Limit,
    LimitReached,
    ModelServiceError,
    OutOfMemory,
    PictureFault,
    PictureRejected,
    QueueFull,
    UnknownDetail,
)
from model_service.gauges import Gauges, MemoryUse
from model_service.opening import local_service, open_service
from model_service.picture import MAX_ASPECT, MAX_BYTES, MAX_PIXELS, open_picture
from model_service.region import Region
from model_service.scheduler import Place
from model_service.service import Health, ModelService
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
    "MAX_ASPECT",
    "MAX_BYTES",
    "MAX_PIXELS",
    "MAX_TOKENS",
    "MIN_TOKENS",
    "STANDARD",
    "Backend",
    "BackendEvents",
    "CheckpointError",
    "Detail",
    "DetailPlan",
    "Draining",
    "Engine",
    "EngineDead",
    "EngineInfo",
    "EngineStep",
    "FinishReason",
    "Gauges",
    "GenerationFailed",
    "GenerationOutput",
    "GenerationRequest",
    "Health",
    "Level",
    "Limit",
    "LimitReached",
    "Limits",
    "MemoryUse",
    "Message",
    "ModelConfig",
    "ModelService",
    "ModelServiceError",
    "OutOfMemory",
    "PictureFault",
    "PictureRejected",
    "Place",
    "QueueFull",
    "Region",
    "Role",
    "SamplingParams",
    "Stage",
    "UnknownDetail",
    "local_service",
    "open_picture",
    "open_service",
    "plan_detail",
]
