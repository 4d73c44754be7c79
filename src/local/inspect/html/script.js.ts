/** What happens on the page: tables are sorted, and the heat map says what is under the pointer. Without it, both can be read. */
export const SCRIPT = `
'use strict'
for (const table of document.querySelectorAll('table.sortable')) {
  const heads = [...table.tHead.rows[0].cells]
  heads.forEach((head, column) => {
    const button = document.createElement('button')
    button.type = 'button'
    button.append(...head.childNodes)
    head.append(button)
    head.setAttribute('aria-sort', 'none')
    button.addEventListener('click', () => sort(table, heads, column))
  })
}

function sort(table, heads, column) {
  const direction = heads[column].getAttribute('aria-sort') === 'descending' ? 'ascending' : 'descending'
  const isNumber = heads[column].dataset.kind === 'number'
  const first = !isNumber && heads[column].getAttribute('aria-sort') === 'none' ? 'ascending' : direction
  const value = (row) => row.cells[column].dataset.value ?? row.cells[column].textContent
  const compare = isNumber
    ? (a, b) => Number(value(a)) - Number(value(b))
    : (a, b) => (value(a) < value(b) ? -1 : value(a) > value(b) ? 1 : 0)
  const rows = [...table.tBodies[0].rows].sort((a, b) => (first === 'ascending' ? compare(a, b) : compare(b, a)))
  table.tBodies[0].append(...rows)
  heads.forEach((head, i) => head.setAttribute('aria-sort', i === column ? first : 'none'))
}

const heat = document.querySelector('table.heat')
if (heat) {
  const says = document.getElementById('cell')
  const columns = [...heat.tHead.rows[1].cells]
  let shown
  // The newest hours are what most people come for.
  heat.parentElement.scrollLeft = heat.scrollWidth
  const show = ({ target }) => {
    const cell = target.closest('td')
    if (!cell || cell === shown) return
    shown?.classList.remove('on')
    cell.classList.add('on')
    shown = cell
    const name = cell.parentElement.cells[0].textContent
    says.textContent = name + ', ' + columns[cell.cellIndex - 1].dataset.hour + ': ' + cell.textContent
  }
  heat.addEventListener('pointerover', show)
  heat.addEventListener('click', show)
}
`
