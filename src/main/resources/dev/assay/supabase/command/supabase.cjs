#!/usr/bin/env node
// The supabase command of a project that is served without Docker and without an account.
const fs = require('node:fs')
const http = require('node:http')
const path = require('node:path')

const args = process.argv.slice(2)
const words = args.filter((word) => !word.startsWith('-'))
const has = (...names) => args.some((word) => names.includes(word))
const fail = (message) => {
  console.error(message)
  process.exit(1)
}
const root = () => {
  const at = args.findIndex((word) => word === '--workdir')
  if (at >= 0 && args[at + 1]) return path.resolve(args[at + 1])
  for (let folder = process.cwd(); ; folder = path.dirname(folder)) {
    if (fs.existsSync(path.join(folder, 'supabase', 'config.toml')) || fs.existsSync(path.join(folder, 'supabase', 'migrations'))) return folder
    if (folder === path.dirname(folder)) return process.cwd()
  }
}
const make = (file, text) => {
  if (fs.existsSync(file)) fail(`${path.relative(process.cwd(), file)} is there already; remove it first or choose another name`)
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.writeFileSync(file, text)
}
const name = (text, what) => {
  if (!text) fail(`${what} needs a name`)
  if (!/^[A-Za-z0-9][\w-]*$/.test(text)) fail(`"${text}" is no name: letters, digits, _ and - only`)
  return text
}

// the next second that no migration of the folder has: two of the same version would be one
const version = (folder) => {
  const taken = fs.existsSync(folder) ? fs.readdirSync(folder) : []
  for (let time = Date.now(); ; time += 1000) {
    const stamp = new Date(time).toISOString().replace(/[-:T]/g, '').slice(0, 14)
    if (!taken.some((file) => file.startsWith(stamp))) return stamp
  }
}

const local = {
  init() {
    const config = path.join(process.cwd(), 'supabase', 'config.toml')
    if (fs.existsSync(config) && !has('--force')) fail('failed to create config file: supabase/config.toml is there already; run supabase init --force to overwrite it')
    fs.mkdirSync(path.dirname(config), { recursive: true })
    const id = path.basename(process.cwd()).replace(/[^\w.-]/g, '') || 'app'
    fs.writeFileSync(
      config,
      `project_id = "${id}"\n\n[api]\nport = 54321\nschemas = ["public", "graphql_public"]\nextra_search_path = ["public", "extensions"]\nmax_rows = 1000\n\n` +
        `[db]\nport = 54322\nmajor_version = 17\n\n[db.seed]\nenabled = true\nsql_paths = ["./seed.sql"]\n\n` +
        `[auth]\nsite_url = "http://127.0.0.1:3000"\nadditional_redirect_urls = ["https://127.0.0.1:3000"]\njwt_expiry = 3600\nenable_signup = true\nenable_anonymous_sign_ins = false\n\n` +
        `[auth.email]\nenable_signup = true\nenable_confirmations = false\n`,
    )
    console.log('Finished supabase init.')
  },
  async 'migration new'() {
    const text = name(words[2], 'supabase migration new')
    const folder = path.join(root(), 'supabase', 'migrations')
    const file = path.join(folder, `${version(folder)}_${text}.sql`)
    make(file, await piped())
    console.log(`Created new migration at ${path.relative(root(), file)}`)
  },
  'functions new'() {
    const text = name(words[2], 'supabase functions new')
    const file = path.join(root(), 'supabase', 'functions', text, 'index.ts')
    make(
      file,
      `Deno.serve(async (req) => {\n  const { name } = await req.json()\n  return new Response(JSON.stringify({ message: \`Hello \${name}!\` }), {\n    headers: { 'Content-Type': 'application/json' },\n  })\n})\n`,
    )
    console.log(`Created new Function at ${path.relative(root(), path.dirname(file))}`)
  },
}

// SQL that is piped in; an open pipe that nobody writes to is not waited for
function piped() {
  return new Promise((done) => {
    let text = ''
    if (process.stdin.isTTY) return done(text)
    const timer = setTimeout(() => end(), 500)
    const end = () => {
      clearTimeout(timer)
      process.stdin.destroy()
      done(text)
    }
    process.stdin.setEncoding('utf8')
    process.stdin.on('data', (part) => {
      text += part
      clearTimeout(timer)
    })
    process.stdin.on('end', end)
    process.stdin.on('error', end)
  })
}

const mine = local[words.slice(0, 2).join(' ')] ?? local[words[0]]
if (mine && !has('--help', '-h')) {
  mine()
} else {
  const request = http.request('@ENDPOINT@', { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Command-Token': '@TOKEN@' } }, (response) => {
    let text = ''
    response.setEncoding('utf8')
    response.on('data', (part) => (text += part))
    response.on('end', () => {
      if (response.statusCode !== 200) fail(`The project's Supabase answered ${response.statusCode}: ${text}`)
      const answer = JSON.parse(text)
      process.stdout.write(answer.out)
      process.stderr.write(answer.err)
      process.exitCode = answer.code
      if (answer.stays) setInterval(() => {}, 1 << 30)
    })
  })
  request.on('error', (error) => fail(`The project's Supabase does not answer (${error.message}); it lives only as long as the run it belongs to`))
  request.end(JSON.stringify({ args }))
}
