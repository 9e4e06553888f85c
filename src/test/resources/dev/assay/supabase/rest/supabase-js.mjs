// Uses the real @supabase/supabase-js on a project with fixture.sql. Says "ok NAME" or "not ok NAME" for each check.
import { deepStrictEqual as same } from 'node:assert'
import { createClient } from '@supabase/supabase-js'

const [, , url, anonKey, serviceKey, aliceToken] = process.argv
const settings = { auth: { persistSession: false, autoRefreshToken: false } }
const anon = createClient(url, anonKey, settings)
const service = createClient(url, serviceKey, settings)
const alice = createClient(url, anonKey, { ...settings, accessToken: async () => aliceToken })

const rows = (answer) => {
  if (answer.error) throw new Error(JSON.stringify(answer.error))
  return answer.data
}
const ids = (answer) => rows(answer).map((row) => row.id)
const people = () => anon.from('people').select('id').order('id')
const books = () => anon.from('books').select('id').order('id')
const todos = () => alice.from('todos').select('id').order('id')

const checks = {
  // operators
  'eq neq': async () => same(ids(await people().eq('name', 'Bob').neq('id', 1)), [2]),
  'gt gte lt lte': async () => same(ids(await people().gt('id', 0).gte('id', 2).lt('id', 9).lte('id', 2)), [2]),
  'like ilike': async () => same(ids(await books().like('title', '%Cat%').ilike('title', 'the%')), [1]),
  'likeAllOf ilikeAnyOf': async () =>
    same(ids(await books().likeAllOf('title', ['The%', '%Runs']).ilikeAnyOf('title', ['%dog%', '%cat%'])), [1]),
  regex: async () => same(ids(await people().filter('name', 'match', '^A').filter('name', 'imatch', '^a')), [1]),
  is: async () => same(ids(await people().is('boss_id', null)), [1]),
  isDistinct: async () => same(ids(await people().filter('boss_id', 'isdistinct', 1)), [1]),
  in: async () => same(ids(await books().in('title', ['A, Dog (big)', 'Say "Cat"'])), [2, 3]),
  'not in': async () => same(ids(await people().not('id', 'in', '(1,2)')), [3]),
  'contains containedBy': async () =>
    same(ids(await todos().contains('labels', ['a']).containedBy('labels', ['a', 'b'])), [1]),
  overlaps: async () => same(ids(await todos().overlaps('labels', ['a', 'z'])), [1]),
  'contains of json': async () => same(ids(await todos().contains('data', { k: { n: 2 } })), [2]),
  'ranges on the left': async () => same(ids(await todos().rangeLt('period', '[6,10)').rangeLte('period', '[1,6)')), [1]),
  'ranges on the right': async () => same(ids(await todos().rangeGt('period', '[1,3)').rangeGte('period', '[4,6)')), [2]),
  rangeAdjacent: async () => same(ids(await todos().rangeAdjacent('period', '[9,10)')), [2]),
  textSearch: async () => same(ids(await books().textSearch('tsv', 'cats', { type: 'plain', config: 'english' })), [1, 3]),
  'textSearch of the web': async () =>
    same(ids(await books().textSearch('tsv', 'cat -runs', { type: 'websearch', config: 'english' })), [3]),
  match: async () => same(ids(await people().match({ id: 2, name: 'Bob' })), [2]),
  or: async () => same(ids(await people().or('id.eq.1,and(name.eq.Cid,id.gt.2)')), [1, 3]),
  'json path': async () => same(rows(await alice.from('todos').select('n:data->k->n').eq('data->k->>n', 2)), [{ n: 2 }]),
  'order limit range': async () => {
    same(ids(await anon.from('people').select('id').order('boss_id', { nullsFirst: true }).order('id', { ascending: false })), [1, 3, 2])
    same(ids(await people().limit(1)), [1])
    same(ids(await people().range(1, 1)), [2])
  },
  // forms of answer
  single: async () => same(rows(await people().eq('id', 1).single()), { id: 1 }),
  'single of many': async () => {
    const { error, status } = await people().single()
    same([status, error.code, error.details], [406, 'PGRST116', 'The result contains 3 rows'])
  },
  maybeSingle: async () => same(rows(await people().eq('id', 99).maybeSingle()), null),
  csv: async () => same(rows(await anon.from('tags').select().order('id').csv()), 'id,name\n1,red\n2,blue'),
  'count exact': async () => {
    const { count, data } = await anon.from('people').select('id', { count: 'exact' }).order('id').limit(1)
    same([count, data], [3, [{ id: 1 }]])
  },
  'count of the head': async () => {
    const { count, data } = await anon.from('people').select('*', { count: 'exact', head: true })
    same([count, data], [3, null])
  },
  'count planned and estimated': async () => {
    for (const how of ['planned', 'estimated']) {
      const { count } = await anon.from('people').select('*', { count: how, head: true })
      same(typeof count, 'number')
    }
  },
  // embeds
  'embed to one': async () =>
    same(rows(await alice.from('todos').select('id, categories(name)').eq('id', 1)), [{ id: 1, categories: { name: 'home' } }]),
  'embed to many': async () =>
    same(rows(await alice.from('categories').select('name, todos(title)').eq('id', 1)), [{ name: 'home', todos: [{ title: 'milk' }] }]),
  'embed many to many': async () =>
    same(
      rows(await alice.from('todos').select('id, tags(name)').eq('id', 1).order('id', { referencedTable: 'tags' })),
      [{ id: 1, tags: [{ name: 'red' }, { name: 'blue' }] }],
    ),
  'embed one to one': async () =>
    same(rows(await anon.from('people').select('passports(code)').eq('id', 1)), [{ passports: { code: 'P1' } }]),
  'embed with hint and alias': async () =>
    same(
      rows(await anon.from('messages').select('from:people!messages_sender_fkey(name), to:people!recipient_id(name)').eq('id', 1)),
      [{ from: { name: 'Ann' }, to: { name: 'Bob' } }],
    ),
  'embed inner with a filter': async () =>
    same(ids(await alice.from('todos').select('id, categories!inner(name)').eq('categories.name', 'work')), [2]),
  'embed nested': async () =>
    same(
      rows(await alice.from('categories').select('todos(todo_tags(tags(name)))').eq('id', 1).limit(1, { referencedTable: 'todos.todo_tags' }).order('tag_id', { referencedTable: 'todos.todo_tags' })),
      [{ todos: [{ todo_tags: [{ tags: { name: 'red' } }] }] }],
    ),
  'embed spread': async () =>
    same(rows(await alice.from('todos').select('id, ...categories(category:name)').eq('id', 1)), [{ id: 1, category: 'home' }]),
  'embed computed': async () =>
    same(rows(await anon.from('people').select('shout, sent(body)').eq('id', 2)), [{ shout: 'BOB', sent: [{ body: 'yo' }] }]),
  'embed ambiguous': async () => {
    const { error, status } = await anon.from('messages').select('people(name)')
    same([status, error.code], [300, 'PGRST201'])
  },
  // writes
  'insert select update delete': async () => {
    same(rows(await service.from('visits').insert({ id: 1 }).select()), [{ id: 1, who: 'nobody' }])
    same((await service.from('visits').insert([{ id: 2, who: 'x' }, { id: 3, who: 'y' }])).status, 201)
    same(rows(await service.from('visits').update({ who: 'z' }).eq('id', 2).select('who').single()), { who: 'z' })
    const { count } = await service.from('visits').delete({ count: 'exact' }).in('id', [1, 2, 3])
    same(count, 3)
  },
  'insert with defaults': async () => {
    same(
      rows(await service.from('visits').insert([{ id: 4, who: 'x' }, { id: 5 }], { defaultToNull: false }).select()),
      [{ id: 4, who: 'x' }, { id: 5, who: 'nobody' }],
    )
    rows(await service.from('visits').delete().gt('id', 0))
  },
  'upsert': async () => {
    same(rows(await service.from('visits').upsert({ id: 6, who: 'a' }).select()), [{ id: 6, who: 'a' }])
    same(rows(await service.from('visits').upsert({ id: 6, who: 'b' }, { onConflict: 'id' }).select()), [{ id: 6, who: 'b' }])
    same(rows(await service.from('visits').upsert({ id: 6, who: 'c' }, { ignoreDuplicates: true }).select()), [])
    rows(await service.from('visits').delete().eq('id', 6))
  },
  'row level security': async () => {
    same(ids(await todos()), [1, 2])
    same(rows(await anon.from('todos').select()), [])
    const { error, status } = await alice.from('todos').insert({ title: 'x', user_id: '00000000-0000-0000-0000-00000000000b' })
    same([status, error.code], [403, '42501'])
    same(rows(await alice.from('todos').update({ title: 'stolen' }).eq('id', 3).select()), [])
  },
  // functions
  'rpc': async () => same(rows(await anon.rpc('add', { a: 1, b: 2 })), 3),
  'rpc by get': async () => same(rows(await anon.rpc('add', { a: 1 }, { get: true })), 11),
  'rpc of rows': async () =>
    same(rows(await anon.rpc('find_people', { wanted: 'Ann' }).select('name, passports(code)').eq('id', 1)), [{ name: 'Ann', passports: { code: 'P1' } }]),
  'rpc of nothing': async () => same((await anon.rpc('nothing')).status, 204),
  'rpc as a user': async () => same(rows(await alice.rpc('whoami')), 'authenticated'),
  'rpc raises': async () => {
    const { error, status } = await anon.rpc('fails')
    same([status, error.code, error.message, error.details, error.hint], [400, 'P0001', 'no way', 'd', 'h'])
  },
  'rpc unknown': async () => same((await anon.rpc('nope')).error.code, 'PGRST202'),
  // errors
  'unknown table': async () => {
    const { error, status } = await anon.from('todoz').select()
    same([status, error.code, error.hint], [404, 'PGRST205', "Perhaps you meant the table 'public.todos'"])
  },
  'unknown column': async () => same((await anon.from('people').select('nope')).error.code, '42703'),
  'duplicate': async () => {
    const { error, status } = await service.from('tags').insert({ id: 1, name: 'x' })
    same([status, error.code], [409, '23505'])
  },
  'wrong type': async () => same((await people().eq('id', 'x')).error.code, '22P02'),
  'no right': async () => same((await anon.from('secrets').select()).error.code, '42501'),
  'forged token': async () => {
    const forged = createClient(url, anonKey, { ...settings, accessToken: async () => aliceToken.slice(0, -4) + 'AAAA' })
    const { error, status } = await forged.from('people').select()
    same([status, error.code], [401, 'PGRST301'])
  },
}

for (const [name, check] of Object.entries(checks)) {
  try {
    await check()
    console.log('ok ' + name)
  } catch (error) {
    console.log('not ok ' + name + '\n' + String(error.message).replace(/^/gm, '    '))
  }
}
