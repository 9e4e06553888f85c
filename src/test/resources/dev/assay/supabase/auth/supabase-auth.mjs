// Each auth flow with the real @supabase/supabase-js. Says "ok NAME" or "not ok NAME" for each check.
// Two projects: one confirms addresses, the other does not; the latter signs by a key of its own.
import { deepStrictEqual as same, ok } from 'node:assert'
import { createHmac } from 'node:crypto'
import { createClient } from '@supabase/supabase-js'

const [, , url, anonKey, serviceKey, confirmUrl, confirmAnonKey, confirmServiceKey] = process.argv
const quiet = { persistSession: false, autoRefreshToken: false }
let clients = 0
const client = (options = {}) => createClient(url, anonKey, { auth: { ...quiet, storageKey: 'c' + clients++, ...options } })
const confirming = (options = {}) =>
  createClient(confirmUrl, confirmAnonKey, { auth: { ...quiet, storageKey: 'c' + clients++, ...options } })
const admin = createClient(url, serviceKey, { auth: { ...quiet, storageKey: 'admin' } }).auth.admin
const confirmAdmin = createClient(confirmUrl, confirmServiceKey, { auth: { ...quiet, storageKey: 'admin2' } }).auth.admin
const memory = () => {
  const kept = new Map()
  return { getItem: (k) => kept.get(k) ?? null, setItem: (k, v) => void kept.set(k, v), removeItem: (k) => void kept.delete(k) }
}

const good = (answer) => {
  if (answer.error) throw new Error(JSON.stringify({ ...answer.error, message: answer.error.message }))
  return answer.data
}
const bad = (answer) => {
  ok(answer.error, 'an error was expected')
  return [answer.error.status, answer.error.code, answer.error.message]
}
let users = 0
const fresh = () => `user${users++}@example.com`
const password = 'correct horse'
const signedUp = async (options) => {
  const supabase = client()
  const email = fresh()
  return { supabase, email, ...good(await supabase.auth.signUp({ email, password, options })) }
}
const mail = async (base, address) => {
  const list = await (await fetch(`${base}/mailbox/api/v1/search?query=${encodeURIComponent('to:' + address)}`)).json()
  const message = await (await fetch(`${base}/mailbox/api/v1/message/${list.messages[0].ID}`)).json()
  return { subject: message.Subject, code: /code: (\d+)/.exec(message.Text)[1], link: /\( (\S+) \)/.exec(message.Text)?.[1] }
}
const followed = async (link) => (await fetch(link, { redirect: 'manual' })).headers.get('location')
const fragment = (location) => Object.fromEntries(new URLSearchParams(location.split('#')[1]))

// what an authenticator app does (RFC 6238)
const totp = (secret) => {
  let bits = ''
  for (const c of secret) bits += 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000)))
  const hash = createHmac('sha1', key).update(counter).digest()
  return String((hash.readUInt32BE(hash[19] & 15) & 0x7fffffff) % 1000000).padStart(6, '0')
}
const level = async (supabase) => {
  const { currentLevel, nextLevel } = good(await supabase.auth.mfa.getAuthenticatorAssuranceLevel())
  return [currentLevel, nextLevel]
}

const checks = {
  // failures first
  'wrong password': async () => {
    const { supabase, email } = await signedUp()
    same(bad(await supabase.auth.signInWithPassword({ email, password: 'wrong' })), [400, 'invalid_credentials', 'Invalid login credentials'])
  },
  'unknown user': async () =>
    same(bad(await client().auth.signInWithPassword({ email: fresh(), password })), [400, 'invalid_credentials', 'Invalid login credentials']),
  'weak password': async () => {
    const { error } = await client().auth.signUp({ email: fresh(), password: 'abc' })
    same([error.name, error.code, error.reasons], ['AuthWeakPasswordError', 'weak_password', ['length']])
  },
  'taken address': async () => {
    const { email } = await signedUp()
    same(bad(await client().auth.signUp({ email, password })), [422, 'user_already_exists', 'User already registered'])
  },
  'no address': async () =>
    same(bad(await client().auth.signUp({ email: 'xx:;x@x.x', password })).slice(0, 2), [400, 'validation_failed']),
  'no session': async () => {
    const { data, error } = await client().auth.getUser()
    same([data.user, error.name], [null, 'AuthSessionMissingError'])
  },
  'a token that nobody signed': async () => same(bad(await client().auth.getUser('a.b.c'))[1], 'bad_jwt'),
  'a foreign key': async () => {
    const foreign = createClient(url, confirmAnonKey, { auth: { ...quiet, storageKey: 'foreign' } })
    same((await foreign.auth.signInWithPassword({ email: 'a@example.com', password })).error.status, 401)
    same((await foreign.from('notes').select()).status, 401)
  },
  'an unknown refresh token': async () =>
    same(bad(await client().auth.refreshSession({ refresh_token: 'nothing' }))[1], 'refresh_token_not_found'),
  'a wrong code': async () =>
    same(bad(await client().auth.verifyOtp({ email: fresh(), token: '000000', type: 'email' })), [403, 'otp_expired', 'Token has expired or is invalid']),
  'a code for nobody': async () =>
    same(bad(await client().auth.signInWithOtp({ email: fresh(), options: { shouldCreateUser: false } }))[1], 'otp_disabled'),
  'admin without the service key': async () => {
    const { supabase } = await signedUp()
    same(bad(await supabase.auth.admin.listUsers()).slice(0, 2), [403, 'not_admin'])
  },
  'an anonymous user where they are not allowed': async () =>
    same(bad(await confirming().auth.signInAnonymously())[1], 'anonymous_provider_disabled'),
  'linking where it is not allowed': async () => {
    const { supabase } = await signedUp()
    same(bad(await supabase.auth.linkIdentity({ provider: 'github', options: { skipBrowserRedirect: true } }))[1], 'manual_linking_disabled')
  },
  'a phone': async () =>
    same(bad(await client().auth.signUp({ phone: '+4915112345678', password }))[1], 'phone_provider_disabled'),
  // sign-up and password
  'sign up': async () => {
    const { user, session, email } = await signedUp({ data: { name: 'Ann' } })
    same([user.email, user.role, user.user_metadata.name, user.identities.length], [email, 'authenticated', 'Ann', 1])
    same([session.token_type, session.expires_in, session.user.id], ['bearer', 3600, user.id])
  },
  'sign in and read as oneself': async () => {
    const { email, user } = await signedUp()
    const supabase = client()
    good(await supabase.auth.signInWithPassword({ email, password }))
    same(good(await supabase.from('notes').insert({ body: 'mine' }).select('owner').single()), { owner: user.id })
    same(good(await client().from('notes').select()), [])
  },
  'get user and session': async () => {
    const { supabase, user } = await signedUp()
    same(good(await supabase.auth.getUser()).user.id, user.id)
    same(good(await supabase.auth.getSession()).session.user.id, user.id)
  },
  'events of the state': async () => {
    const supabase = client()
    const events = []
    const { data } = supabase.auth.onAuthStateChange((event) => void events.push(event))
    good(await supabase.auth.signUp({ email: fresh(), password }))
    await supabase.auth.signOut()
    data.subscription.unsubscribe()
    ok(events.includes('SIGNED_IN') && events.includes('SIGNED_OUT'), events.join())
  },
  // confirmation
  'sign up with confirmation': async () => {
    const supabase = confirming()
    const email = fresh()
    const { user, session } = good(await supabase.auth.signUp({ email, password }))
    same([session, user.email_confirmed_at], [null, undefined])
    same(bad(await supabase.auth.signInWithPassword({ email, password })), [400, 'email_not_confirmed', 'Email not confirmed'])
    const { code, subject } = await mail(confirmUrl, email)
    same(subject, 'Confirm Your Signup')
    same(good(await supabase.auth.verifyOtp({ email, token: code, type: 'signup' })).user.email, email)
    good(await confirming().auth.signInWithPassword({ email, password }))
  },
  'sign up again where it is confirmed tells nothing': async () => {
    const email = fresh()
    good(await confirmAdmin.createUser({ email, password, email_confirm: true }))
    const { user, session } = good(await confirming().auth.signUp({ email, password }))
    same([session, user.identities], [null, []])
  },
  'resend': async () => {
    const email = fresh()
    good(await confirming().auth.signUp({ email, password }))
    const first = await mail(confirmUrl, email)
    good(await confirming().auth.resend({ type: 'signup', email }))
    const second = await mail(confirmUrl, email)
    same(bad(await confirming().auth.verifyOtp({ email, token: first.code + '0', type: 'signup' }))[1], 'otp_expired')
    good(await confirming().auth.verifyOtp({ email, token: second.code, type: 'signup' }))
  },
  'the link of a confirmation': async () => {
    const email = fresh()
    good(await confirming().auth.signUp({ email, password, options: { emailRedirectTo: 'http://127.0.0.1:3000/welcome' } }))
    const location = await followed((await mail(confirmUrl, email)).link)
    ok(location.startsWith('http://127.0.0.1:3000/welcome#'), location)
    const { access_token, refresh_token, type } = fragment(location)
    same(type, 'signup')
    same(good(await confirming().auth.setSession({ access_token, refresh_token })).user.email, email)
  },
  // sessions
  'refresh': async () => {
    const { supabase, session } = await signedUp()
    const next = good(await supabase.auth.refreshSession()).session
    ok(next.refresh_token !== session.refresh_token)
    same(next.user.id, session.user.id)
  },
  'reuse of a refresh token ends the session': async () => {
    const { supabase, session } = await signedUp()
    const second = good(await supabase.auth.refreshSession()).session
    const third = good(await supabase.auth.refreshSession({ refresh_token: second.refresh_token })).session
    same(bad(await client().auth.refreshSession({ refresh_token: session.refresh_token }))[1], 'refresh_token_already_used')
    same(bad(await client().auth.refreshSession({ refresh_token: third.refresh_token }))[1], 'refresh_token_already_used')
  },
  'sign out ends all, others or one': async () => {
    const { email } = await signedUp()
    const [a, b, c] = [client(), client(), client()]
    for (const one of [a, b, c]) good(await one.auth.signInWithPassword({ email, password }))
    const token = async (one) => (await one.auth.getSession()).data.session?.access_token
    const tokens = [await token(a), await token(b), await token(c)]
    same((await a.auth.signOut({ scope: 'local' })).error, null)
    same((await client().auth.getUser(tokens[0])).error.name, 'AuthSessionMissingError')
    same((await b.auth.signOut({ scope: 'others' })).error, null)
    ok((await client().auth.getUser(tokens[2])).error)
    good(await client().auth.getUser(tokens[1]))
    same((await b.auth.signOut()).error, null)
    ok((await client().auth.getUser(tokens[1])).error)
  },
  'admin signs a user out': async () => {
    const { session } = await signedUp()
    same((await admin.signOut(session.access_token)).error, null)
    ok((await client().auth.getUser(session.access_token)).error)
    ok(/^invalid JWT/.test((await admin.signOut('this-is-a-bad-token')).error.message))
  },
  'claims by the public key': async () => {
    const { supabase, user } = await signedUp()
    const { claims, header } = good(await supabase.auth.getClaims())
    same([header.alg, claims.sub, claims.role, claims.aal, claims.is_anonymous], ['ES256', user.id, 'authenticated', 'aal1', false])
  },
  'claims of a shared secret': async () => {
    const email = fresh()
    good(await confirmAdmin.createUser({ email, password, email_confirm: true }))
    const supabase = confirming()
    good(await supabase.auth.signInWithPassword({ email, password }))
    const { claims, header } = good(await supabase.auth.getClaims())
    same([header.alg, claims.email], ['HS256', email])
  },
  // mails
  'recover': async () => {
    const { email } = await signedUp()
    good(await client().auth.resetPasswordForEmail(email, { redirectTo: 'http://127.0.0.1:3000/reset' }))
    const location = await followed((await mail(url, email)).link)
    const supabase = client()
    good(await supabase.auth.setSession(fragment(location)))
    same(bad(await supabase.auth.updateUser({ password }))[1], 'same_password')
    good(await supabase.auth.updateUser({ password: 'battery staple' }))
    good(await client().auth.signInWithPassword({ email, password: 'battery staple' }))
    same(fragment(await followed((await mail(url, email)).link)).error_code, 'otp_expired')
  },
  'recover by code': async () => {
    const { email } = await signedUp()
    good(await client().auth.resetPasswordForEmail(email))
    const supabase = client()
    good(await supabase.auth.verifyOtp({ email, token: (await mail(url, email)).code, type: 'recovery' }))
    good(await supabase.auth.updateUser({ password: 'battery staple' }))
  },
  'one-time password': async () => {
    const email = fresh()
    good(await client().auth.signInWithOtp({ email, options: { data: { via: 'otp' } } }))
    const { user } = good(await client().auth.verifyOtp({ email, token: (await mail(url, email)).code, type: 'email' }))
    same([user.email, user.user_metadata.via], [email, 'otp'])
  },
  'magic link': async () => {
    const { email } = await signedUp()
    good(await client().auth.signInWithOtp({ email, options: { shouldCreateUser: false } }))
    const { subject, link } = await mail(url, email)
    same(subject, 'Your Magic Link')
    same(good(await client().auth.setSession(fragment(await followed(link)))).user.email, email)
  },
  'PKCE': async () => {
    const { email } = await signedUp()
    const supabase = client({ flowType: 'pkce', storage: memory(), persistSession: true })
    good(await supabase.auth.signInWithOtp({ email, options: { emailRedirectTo: 'http://127.0.0.1:3000/callback' } }))
    const code = new URL(await followed((await mail(url, email)).link)).searchParams.get('code')
    const stranger = client({ flowType: 'pkce', storage: memory(), persistSession: true })
    ok((await stranger.auth.exchangeCodeForSession(code)).error)
    same(good(await supabase.auth.exchangeCodeForSession(code)).user.email, email)
    ok((await supabase.auth.exchangeCodeForSession(code)).error)
  },
  'PKCE of a sign-up': async () => {
    const email = fresh()
    const supabase = confirming({ flowType: 'pkce', storage: memory(), persistSession: true })
    good(await supabase.auth.signUp({ email, password }))
    const code = new URL(await followed((await mail(confirmUrl, email)).link)).searchParams.get('code')
    same(good(await supabase.auth.exchangeCodeForSession(code)).user.email, email)
  },
  // anonymous users
  'an anonymous user': async () => {
    const supabase = client()
    const { user } = good(await supabase.auth.signInAnonymously({ options: { data: { colour: 'red' } } }))
    same([user.is_anonymous, user.user_metadata.colour, user.identities], [true, 'red', []])
    same(good(await supabase.from('notes').insert({ body: 'guest' }).select('owner').single()), { owner: user.id })
  },
  'an anonymous user who stays': async () => {
    const supabase = client()
    const guest = good(await supabase.auth.signInAnonymously()).user
    same(bad(await supabase.auth.updateUser({ password }))[0], 422)
    const email = fresh()
    const { user } = good(await supabase.auth.updateUser({ email, password }))
    same([user.id, user.email, user.is_anonymous], [guest.id, email, false])
    same(good(await client().auth.signInWithPassword({ email, password })).user.id, guest.id)
  },
  // the user's own data
  'update user': async () => {
    const { supabase } = await signedUp({ data: { a: 1, b: 2 } })
    const { user } = good(await supabase.auth.updateUser({ data: { b: null, c: 3 } }))
    same([user.user_metadata.a, 'b' in user.user_metadata, user.user_metadata.c], [1, false, 3])
  },
  'a new address': async () => {
    const { supabase, email } = await signedUp()
    const wanted = fresh()
    const { user } = good(await supabase.auth.updateUser({ email: wanted }))
    same([user.email, user.new_email], [email, wanted])
    same(good(await client().auth.verifyOtp({ email: wanted, token: (await mail(url, wanted)).code, type: 'email_change' })).user.email, wanted)
  },
  'reauthenticate': async () => {
    const { supabase, email } = await signedUp()
    good(await supabase.auth.reauthenticate())
    const { code, subject } = await mail(url, email)
    same(subject, 'Confirm Reauthentication')
    good(await supabase.auth.updateUser({ password: 'battery staple', nonce: code }))
  },
  'identities': async () => {
    const { supabase } = await signedUp()
    const { identities } = good(await supabase.auth.getUserIdentities())
    same([identities.length, identities[0].provider], [1, 'email'])
    same(bad(await supabase.auth.unlinkIdentity(identities[0]))[1], 'manual_linking_disabled')
  },
  // admin
  'admin makes, gets, changes and deletes a user': async () => {
    const email = fresh()
    const { user } = good(
      await admin.createUser({ email, password, email_confirm: true, user_metadata: { a: 1 }, app_metadata: { role: 'editor' } }),
    )
    same([user.app_metadata.role, user.app_metadata.provider, user.user_metadata.a], ['editor', 'email', 1])
    same(bad(await admin.createUser({ email, password }))[1], 'email_exists')
    same(good(await admin.getUserById(user.id)).user.email, email)
    const changed = good(await admin.updateUserById(user.id, { email: 'new' + email, user_metadata: { a: 2 }, ban_duration: '1h' })).user
    same([changed.email, changed.user_metadata.a], ['new' + email, 2])
    same(bad(await client().auth.signInWithPassword({ email: 'new' + email, password }))[1], 'user_banned')
    good(await admin.updateUserById(user.id, { ban_duration: 'none' }))
    good(await client().auth.signInWithPassword({ email: 'new' + email, password }))
    good(await admin.deleteUser(user.id))
    same(bad(await admin.getUserById(user.id)).slice(0, 2), [404, 'user_not_found'])
    same(bad(await admin.updateUserById(user.id, { email }))[0], 404)
    same(bad(await admin.deleteUser(user.id))[0], 404)
  },
  'admin lists users': async () => {
    for (let i = 0; i < 3; i++) await signedUp()
    const page = good(await admin.listUsers({ page: 1, perPage: 2 }))
    same([page.users.length, page.nextPage, page.total > 2], [2, 2, true])
    ok((await admin.listUsers({ page: -1, perPage: 2 })).error)
  },
  'admin deletes softly': async () => {
    const { user, email } = await signedUp()
    good(await admin.deleteUser(user.id, true))
    same(bad(await client().auth.signInWithPassword({ email, password }))[1], 'invalid_credentials')
    good(await client().auth.signUp({ email, password }))
  },
  'admin invites': async () => {
    same(bad(await admin.inviteUserByEmail('xx:;x@x.x'))[1], 'validation_failed')
    const email = fresh()
    const { user } = good(await admin.inviteUserByEmail(email, { data: { team: 'a' } }))
    same([!!user.invited_at, user.user_metadata.team], [true, 'a'])
    const supabase = client()
    good(await supabase.auth.setSession(fragment(await followed((await mail(url, email)).link))))
    good(await supabase.auth.updateUser({ password }))
    good(await client().auth.signInWithPassword({ email, password }))
  },
  'admin makes links': async () => {
    same(bad(await admin.generateLink({ type: 'recovery', email: fresh() }))[1], 'user_not_found')
    const email = fresh()
    const made = good(await admin.generateLink({ type: 'signup', email, password, options: { data: { status: 'alpha' } } }))
    same([made.user.user_metadata.status, made.properties.verification_type], ['alpha', 'signup'])
    good(await client().auth.verifyOtp({ token_hash: made.properties.hashed_token, type: 'email' }))
    for (const type of ['magiclink', 'recovery']) {
      const { properties } = good(await admin.generateLink({ type, email }))
      same(good(await client().auth.verifyOtp({ email, token: properties.email_otp, type })).user.email, email)
    }
    const wanted = fresh()
    const change = good(await admin.generateLink({ type: 'email_change_current', email, newEmail: wanted }))
    same(change.user.new_email, wanted)
  },
  'a second factor': async () => {
    const { supabase, email, user } = await signedUp()
    const mfa = supabase.auth.mfa
    same(await level(supabase), ['aal1', 'aal1'])
    const { id, totp: factor } = good(await mfa.enroll({ factorType: 'totp', friendlyName: 'app' }))
    ok(factor.qr_code.startsWith('data:image/svg+xml;utf-8,<svg') && factor.uri.includes(factor.secret))
    const challenge = good(await mfa.challenge({ factorId: id }))
    same(bad(await mfa.verify({ factorId: id, challengeId: challenge.id, code: '1' }))[1], 'mfa_verification_failed')
    good(await mfa.verify({ factorId: id, challengeId: challenge.id, code: totp(factor.secret) }))
    same(await level(supabase), ['aal2', 'aal2'])
    same(good(await mfa.listFactors()).totp.map((one) => one.friendly_name), ['app'])
    good(await supabase.auth.refreshSession())
    same(await level(supabase), ['aal2', 'aal2'])
    const other = client()
    good(await other.auth.signInWithPassword({ email, password }))
    same(await level(other), ['aal1', 'aal2'])
    good(await other.auth.mfa.challengeAndVerify({ factorId: id, code: totp(factor.secret) }))
    same(good(await admin.mfa.listFactors({ userId: user.id })).factors.length, 1)
    good(await other.auth.mfa.unenroll({ factorId: id }))
    good(await other.auth.refreshSession())
    same(await level(other), ['aal1', 'aal1'])
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
