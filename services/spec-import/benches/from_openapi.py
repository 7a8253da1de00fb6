"""Times FastMCP.from_openapi for one document, in milliseconds of CPU; prints nothing where it is not installed."""
import json, logging, sys, time

logging.disable(logging.CRITICAL)
try:
    import httpx
    from fastmcp import FastMCP

    text = open(sys.argv[1], encoding="utf-8").read()
    started = time.process_time()
    if text.lstrip().startswith("{"):
        document = json.loads(text)
    else:
        import yaml

        document = yaml.safe_load(text)
    FastMCP.from_openapi(openapi_spec=document, client=httpx.AsyncClient(base_url="http://localhost"))
    print((time.process_time() - started) * 1e3)
except Exception as error:
    print(type(error).__name__, str(error)[:200], file=sys.stderr)
