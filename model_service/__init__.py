"""The model, in this process. Everything another package may use is named here."""

from model_service.backends.backend import Backend, BackendEvents
from model_service.config import Limits, ModelConfig, RemoteConfig
from model_service.detail import (
    LEVEL_TOKENS,
    MAX_TOKENS,
    MIN_TOKENS,
    STANDARD,
    Detail,
    DetailDial,
    DetailPlan,
    Level,
    plan_detail,
)
from model_service.engines.engine import Ability, Engine, EngineInfo, EngineStep, Likely, PictureMemory, Sureness
from model_service.engines.glm4v.dial import GLM4V_DIAL
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
    PromptTooLong,
    QueueFull,
    ServerFailed,
    ServerFault,
    UnknownDetail,
)
from model_service.gauges import Gauges, MemoryUse, ServerState, Trouble
from model_service.opening import local_service, open_service
from model_service.picture import CUT, MAX_BYTES, DecodedPicture, decode_picture, open_picture
from model_service.region import Region
from model_service.scheduler import Place
from model_service.seen import as_seen
from model_service.service import Health, ModelService
from model_service.sureness import keep_sureness
from model_service.types import (
    Doubt,
    FinishReason,
    GenerationOutput,
    GenerationRequest,
    Message,
    PictureRef,
    SamplingParams,
    Stage,
    with_pictures,
)
from model_service.upright import quarter_turns

__all__ = [
    "CUT",
    "GLM4V_DIAL",
    "LEVEL_TOKENS",
    "MAX_BYTES",
    "MAX_TOKENS",
    "MIN_TOKENS",
    "STANDARD",
    "Ability",
    "Backend",
    "BackendEvents",
    "CheckpointError",
    "DecodedPicture",
    "Detail",
    "DetailDial",
    "DetailPlan",
    "Doubt",
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
    "Likely",
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
    "PictureMemory",
    "PictureRef",
    "PictureRejected",
    "Place",
    "PromptTooLong",
    "QueueFull",
    "Region",
    "RemoteConfig",
    "SamplingParams",
    "ServerFailed",
    "ServerFault",
    "ServerState",
    "Stage",
    "Sureness",
    "Trouble",
    "UnknownDetail",
    "as_seen",
    "decode_picture",
    "keep_sureness",
    "local_service",
    "open_picture",
    "open_service",
    "plan_detail",
    "quarter_turns",
    "with_pictures",
]
