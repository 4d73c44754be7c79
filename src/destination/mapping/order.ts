/** A purchase as Segment's e-commerce spec has it (https://segment.com/docs/connections/spec/ecommerce/v2/, read 2026-11). */
import type { ByteString } from '../../cdk/bytes.ts'
import type { FieldName } from './field-name.ts'
import type { Plan, Values } from './plan.ts'

/** Fields that stand in the list of products instead of among the properties. */
export const PRODUCT_FIELDS: readonly FieldName[] = ['product_id', 'price']

/** The properties that an order has, and a purchase has not. */
export const ORDER_PROPERTIES: readonly string[] = ['order_id', 'revenue', 'products']

/** Braze logs one event per product, so each is an order of its own, named by the event's id. */
export function orderOf(plan: Plan): (id: ByteString, values: Values) => ByteString {
  const [product, price] = [plan.numberOf('product_id'), plan.numberOf('price')]
  return (id, values) => {
    const revenue = values[price] ? `"revenue":${values[price]},` : ''
    const productId = values[product] ? `"product_id":${values[product]},` : ''
    const unitPrice = values[price] ? `"price":${values[price]},` : ''
    return `"order_id":${id},${revenue}"products":[{${productId}${unitPrice}"quantity":1}]`
  }
}
