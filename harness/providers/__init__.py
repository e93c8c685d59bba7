"""How to call a model: the shelf of providers.

An arm is written `provider/model` or `provider/model@https://host/v1`::

    arm = with_environment(parse_arm("together/meta-llama/Llama-3.3-70B-Instruct-Turbo"), os.environ)
    provider = provider_of(arm, stream=True)
    call = provider.prepare(request)
    async with provider.open() as session:
        reply = await session.send(call)

To add a host that speaks OpenAI's format, add one `Preset` to the table in `presets.py`. To add another
wire format, write a dialect as `openai.py` does (the protocols are in `base.py`) and name it in the
preset. `docs/providers.md` tells more.

The entry points live in their modules, so that reading an arm does not load an HTTP client:

- `arm`: `ArmSettings`, `OwnPrice`, `parse_arm`
- `presets`: `PRESETS`, `preset_of`, `with_environment`, `provider_of`
- `credentials`: `missing_key`, `require_key`
- `http`: `HttpProvider`, `Timeouts`
- `prices`: `PriceTable`, `Price`, `cost_usd`; the bundled table is `data.price_bytes()`
"""
