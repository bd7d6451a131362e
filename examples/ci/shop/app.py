"""A bookshop that takes orders, packs them, and can take them back until then."""

from typing import Annotated, Literal
from uuid import uuid4

from fastapi import Depends, FastAPI, HTTPException, Security
from fastapi.security import APIKeyHeader
from pydantic import BaseModel, Field

app = FastAPI(title="Bookshop", version="1.0.0")

KEY = "open-sesame"
LOOKS_UNTIL_PACKED = 2

key_header = APIKeyHeader(name="X-Shop-Key", scheme_name="shopKey", auto_error=False)


def customer(key: Annotated[str | None, Security(key_header)]) -> None:
    if key != KEY:
        raise HTTPException(401, "send your key in `X-Shop-Key`")


class NewOrder(BaseModel):
    title: str = Field(min_length=1)
    copies: int = Field(ge=1, le=100)


class Order(BaseModel):
    id: str
    title: str
    copies: int
    total: float
    state: Literal["received", "packed", "cancelled"] = "received"


class Problem(BaseModel):
    detail: str


orders: dict[str, Order] = {}
looks: dict[str, int] = {}
Customer = Depends(customer)
UNKNOWN = {404: {"model": Problem}}


def find(order_id: str) -> Order:
    if order_id not in orders:
        raise HTTPException(404, f"there is no order `{order_id}`")
    return orders[order_id]


@app.post("/orders", operation_id="placeOrder", status_code=201, dependencies=[Customer])
def place_order(new: NewOrder) -> Order:
    order = Order(id=str(uuid4()), title=new.title, copies=new.copies, total=9.5 * new.copies)
    orders[order.id] = order
    looks[order.id] = 0
    return order


@app.get("/orders/{order_id}", operation_id="readOrder", responses=UNKNOWN, dependencies=[Customer])
def read_order(order_id: str) -> Order:
    order = find(order_id)
    looks[order_id] += 1
    if order.state == "received" and looks[order_id] > LOOKS_UNTIL_PACKED:
        orders[order_id] = order = order.model_copy(update={"state": "packed"})
    return order


@app.delete(
    "/orders/{order_id}",
    operation_id="cancelOrder",
    status_code=204,
    responses={**UNKNOWN, 409: {"model": Problem}},
    dependencies=[Customer],
)
def cancel_order(order_id: str) -> None:
    order = find(order_id)
    if order.state == "packed":
        raise HTTPException(409, "the order has been packed")
    orders[order_id] = order.model_copy(update={"state": "cancelled"})
