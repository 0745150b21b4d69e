"""`/v1/locate` beside FastAPI: raw ASGI, because a router asks it for every report; documented in OpenAPI too."""
