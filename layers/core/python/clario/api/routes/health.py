"""How the data sources are."""

from fastapi import APIRouter

from clario.api.dependencies import CurrentSeller, Services
from clario.api.document import answers
from clario.api.routes import examples
from clario.api.schemas.health import DataSource, DataSources
from clario.services.health import source_health

router = APIRouter(tags=["sync"])


@router.get("/api/sync/data-sources/health", responses=answers(examples.DATA_SOURCES))
def data_source_health(services: Services, seller: CurrentSeller) -> DataSources:
    """Of when the data of each source is, whether it is being read, what failed, and what was odd about it."""
    found = source_health(seller, database=services.database, clock=services.clock)
    now = services.clock.now()
    return DataSources(data_sources=[DataSource.of(source, now) for source in found])
