// Uses the real @supabase/supabase-js on the surface of Realtime. Says "ok NAME" or "not ok NAME" for each check.
import { deepStrictEqual as same, ok } from 'node:assert'
import { createClient } from '@supabase/supabase-js'

const [, , url, anonKey, serviceKey] = process.argv
const settings = { auth: { persistSession: false, autoRefreshToken: false } }
const service = createClient(url, serviceKey, settings)
const LIMIT = 60_000

const rows = (answer) => {
  if (answer.error) throw new Error(JSON.stringify(answer.error))
  return answer.data
}

/** Collects what comes, and waits until so much of it is there. */
function inbox() {
  const got = []
  let wake = () => {}
  return {
    got,
    add: (item) => {
      got.push(item)
      wake()
    },
    until: async (enough) => {
      const end = Date.now() + LIMIT
      while (!enough(got)) {
        if (Date.now() > end) throw new Error('it does not come; there is ' + JSON.stringify(got))
        await new Promise((resolve) => {
          const timer = setTimeout(resolve, 1000)
          wake = () => (clearTimeout(timer), resolve())
        })
      }
      return got
    },
  }
}

/** Subscribes, and waits for the state; with changes, until they are sent. */
async function subscribed(channel, state = 'SUBSCRIBED', changes = false) {
  const system = inbox()
  const states = inbox()
  if (changes) channel.on('system', {}, system.add)
  channel.subscribe((now, error) => states.add({ now, message: error?.message }))
  const last = (await states.until((all) => all.some((one) => one.now === state))).find((one) => one.now === state)
  if (changes) await system.until((all) => all.some((one) => one.message === 'Subscribed to PostgreSQL'))
  return last
}

async function user(name) {
  const client = createClient(url, anonKey, settings)
  rows(await client.auth.signUp({ email: `${name}-${crypto.randomUUID()}@example.com`, password: 'secret-secret' }))
  await client.realtime.setAuth()
  return client
}

const clients = []
const people = { alice: await user('alice'), bob: await user('bob') }
const visitor = createClient(url, anonKey, settings)
clients.push(service, visitor, people.alice, people.bob)

const checks = {
  'changes reach those who may see the row': async () => {
    const boxes = { alice: inbox(), bob: inbox(), visitor: inbox() }
    for (const [name, client] of Object.entries({ ...people, visitor })) {
      const channel = client
        .channel('rows')
        .on('postgres_changes', { event: '*', schema: 'public', table: 'notes' }, boxes[name].add)
        .on('postgres_changes', { event: 'INSERT', schema: 'public', table: 'ends' }, boxes[name].add)
      await subscribed(channel, 'SUBSCRIBED', true)
    }
    const [made] = rows(await people.alice.from('notes').insert({ body: 'mine' }).select())
    await boxes.alice.until((all) => all.length === 1)
    rows(await people.alice.from('notes').update({ body: 'still mine' }).eq('id', made.id))
    await boxes.alice.until((all) => all.length === 2)
    rows(await service.from('ends').insert({ id: 1 }))
    const all = await boxes.alice.until((all) => all.length === 3)
    same(all.map((one) => [one.eventType, one.table, one.errors]), [
      ['INSERT', 'notes', null],
      ['UPDATE', 'notes', null],
      ['INSERT', 'ends', null],
    ])
    same(all[0].new, made)
    same(all[0].old, {})
    same([all[1].new.body, all[1].old], ['still mine', { id: made.id }])
    ok(!Number.isNaN(Date.parse(all[0].commit_timestamp)))
    for (const name of ['bob', 'visitor']) {
      same((await boxes[name].until((all) => all.some((one) => one.table === 'ends'))).length, 1)
    }
  },
  'a delete has the key': async () => {
    const box = inbox()
    const channel = people.alice
      .channel('deletes')
      .on('postgres_changes', { event: 'DELETE', schema: 'public', table: 'notes' }, box.add)
    await subscribed(channel, 'SUBSCRIBED', true)
    const [made] = rows(await people.alice.from('notes').insert({ body: 'short' }).select())
    rows(await people.alice.from('notes').delete().eq('id', made.id))
    same((await box.until((all) => all.length === 1))[0].old, { id: made.id })
  },
  'filters choose the rows': async () => {
    const box = inbox()
    const channel = visitor
      .channel('filters')
      .on('postgres_changes', { event: 'INSERT', schema: 'public', table: 'ends', filter: 'id=eq.12' }, (one) => box.add(['eq', one.new.id]))
      .on('postgres_changes', { event: 'INSERT', schema: 'public', table: 'ends', filter: 'id=in.(11,13)' }, (one) => box.add(['in', one.new.id]))
      .on('postgres_changes', { event: 'INSERT', schema: 'public', table: 'ends', filter: 'id=gt.12' }, (one) => box.add(['gt', one.new.id]))
    await subscribed(channel, 'SUBSCRIBED', true)
    rows(await service.from('ends').insert([{ id: 11 }, { id: 12 }, { id: 13 }]))
    same((await box.until((all) => all.length === 4)).map(String).sort(), ['eq,12', 'gt,13', 'in,11', 'in,13'])
  },
  'a broadcast reaches the others, and oneself where asked': async () => {
    const [one, two, three] = [inbox(), inbox(), inbox()]
    const self = people.alice.channel('talk', { config: { broadcast: { self: true, ack: true } } })
    self.on('broadcast', { event: 'said' }, one.add)
    const other = people.bob.channel('talk').on('broadcast', { event: 'said' }, two.add)
    const any = visitor.channel('talk').on('broadcast', { event: '*' }, three.add)
    for (const channel of [self, other, any]) await subscribed(channel)
    same(await self.send({ type: 'broadcast', event: 'said', payload: { text: 'hi ünï' } }), 'ok')
    for (const box of [one, two, three]) {
      const [got] = await box.until((all) => all.length === 1)
      same([got.type, got.event, got.payload], ['broadcast', 'said', { text: 'hi ünï' }])
    }
    await other.send({ type: 'broadcast', event: 'said', payload: { text: 'back' } })
    await one.until((all) => all.length === 2)
    same(two.got.length, 1)
  },
  'a broadcast of bytes': async () => {
    const box = inbox()
    const reader = visitor.channel('bytes').on('broadcast', { event: 'b' }, box.add)
    await subscribed(reader)
    const writer = people.bob.channel('bytes', { config: { broadcast: { ack: true } } })
    await subscribed(writer)
    same(await writer.send({ type: 'broadcast', event: 'b', payload: new Uint8Array([1, 2, 250]).buffer }), 'ok')
    same([...new Uint8Array((await box.until((all) => all.length === 1))[0].payload)], [1, 2, 250])
  },
  'a broadcast without a subscription, by HTTP': async () => {
    const box = inbox()
    await subscribed(visitor.channel('http').on('broadcast', { event: 'e' }, box.add))
    const sender = service.channel('http')
    const sent = await sender.httpSend('e', { n: 1 })
    same(sent.success, true)
    same((await box.until((all) => all.length === 1))[0].payload, { n: 1 })
  },
  'presence knows who comes, changes and goes': async () => {
    const events = inbox()
    const watcher = people.alice.channel('who', { config: { presence: { key: 'alice' } } })
    watcher
      .on('presence', { event: 'sync' }, () => events.add(['sync', Object.keys(watcher.presenceState()).sort().join()]))
      .on('presence', { event: 'join' }, ({ key, newPresences }) => events.add(['join', key, newPresences[0].mood]))
      .on('presence', { event: 'leave' }, ({ key }) => events.add(['leave', key]))
    await subscribed(watcher)
    same(await watcher.track({ mood: 'fine' }), 'ok')
    await events.until((all) => all.some((one) => String(one) === 'join,alice,fine'))
    const guest = people.bob.channel('who', { config: { presence: { key: 'bob' } } })
    guest.on('presence', { event: 'sync' }, () => {})
    await subscribed(guest)
    same(await guest.track({ mood: 'shy' }), 'ok')
    await events.until((all) => all.some((one) => String(one) === 'sync,alice,bob'))
    same(watcher.presenceState().bob[0].mood, 'shy')
    same(await guest.untrack(), 'ok')
    await events.until((all) => all.some((one) => String(one) === 'leave,bob'))
    same(Object.keys(watcher.presenceState()), ['alice'])
    await people.bob.removeChannel(guest)
  },
  'a private channel is for whom policies let in': async () => {
    const config = { config: { private: true, broadcast: { self: true, ack: true } } }
    const inside = people.alice.channel('members', config)
    const box = inbox()
    inside.on('broadcast', { event: '*' }, box.add)
    await subscribed(inside)
    const refused = await subscribed(visitor.channel('members', config), 'CHANNEL_ERROR')
    ok(refused.message.includes('You do not have permissions to read from this Channel topic: members'), refused.message)
    same(await inside.send({ type: 'broadcast', event: 'said', payload: {} }), 'ok')
    await box.until((all) => all.length === 1)
  },
  'the database broadcasts changes': async () => {
    const box = inbox()
    await subscribed(people.bob.channel('members', { config: { private: true } }).on('broadcast', { event: 'INSERT' }, box.add))
    rows(await service.from('loud').insert({ id: 1, name: 'x' }))
    const [got] = await box.until((all) => all.length === 1)
    same([got.payload.operation, got.payload.table, got.payload.record], ['INSERT', 'loud', { id: 1, name: 'x' }])
  },
  'a channel that is left hears nothing more, and can be joined again': async () => {
    const box = inbox()
    const client = createClient(url, anonKey, settings)
    clients.push(client)
    const first = client.channel('again').on('broadcast', { event: 'x' }, box.add)
    await subscribed(first)
    same(await client.removeChannel(first), 'ok')
    const sender = people.alice.channel('again', { config: { broadcast: { ack: true } } })
    await subscribed(sender)
    await sender.send({ type: 'broadcast', event: 'x', payload: { n: 1 } })
    await subscribed(client.channel('again').on('broadcast', { event: 'x' }, box.add))
    await sender.send({ type: 'broadcast', event: 'x', payload: { n: 2 } })
    same((await box.until((all) => all.length === 1))[0].payload, { n: 2 })
  },
  'a lost socket is opened again, with its channels': async () => {
    const box = inbox()
    const states = inbox()
    const client = createClient(url, anonKey, { ...settings, realtime: { reconnectAfterMs: () => 50 } })
    clients.push(client)
    client
      .channel('lost')
      .on('broadcast', { event: 'x' }, box.add)
      .subscribe((now) => states.add(now))
    await states.until((all) => all.includes('SUBSCRIBED'))
    client.realtime.conn?.close?.() ?? client.realtime.socketAdapter.socket.conn.close()
    await states.until((all) => all.filter((now) => now === 'SUBSCRIBED').length === 2)
    await service.channel('lost').httpSend('x', { n: 1 })
    await box.until((all) => all.length === 1)
  },
  'version 1 of the protocol': async () => {
    const box = inbox()
    const client = createClient(url, anonKey, { ...settings, realtime: { vsn: '1.0.0' } })
    clients.push(client)
    const channel = client.channel('old', { config: { broadcast: { self: true, ack: true } } })
    channel.on('broadcast', { event: 'x' }, box.add)
    await subscribed(channel)
    same(await channel.send({ type: 'broadcast', event: 'x', payload: { n: 1 } }), 'ok')
    same((await box.until((all) => all.length === 1))[0].payload, { n: 1 })
  },
}

for (const [name, check] of Object.entries(checks)) {
  try {
    await check()
    console.log('ok ' + name)
  } catch (error) {
    console.log('not ok ' + name + '\n' + (error.stack ?? error))
  }
}
for (const client of clients) await client.removeAllChannels()
process.exit(0)
