"""What routes depend on."""

import importlib
import inspect
import pkgutil

from fastapi.routing import APIRoute

from app import routes


def test_no_dependency_of_a_route_is_called_in_a_thread():
    """A class that launches would wait for the threads more than for its launches."""
    called = set()
    for module in pkgutil.iter_modules(routes.__path__):
        router = getattr(importlib.import_module(f"app.routes.{module.name}"), "router", None)
        for route in () if router is None else router.routes:
            waiting = list(route.dependant.dependencies) if isinstance(route, APIRoute) else []
            while waiting:
                dependency = waiting.pop()
                waiting += dependency.dependencies
                called.add(dependency.call)
    assert called
    in_threads = {
        call
        for call in called
        if not (inspect.iscoroutinefunction(call) or inspect.iscoroutinefunction(type(call).__call__))
    }
    assert not in_threads
