// Uses the storage of the real @supabase/supabase-js on a project with policies.sql.
import { deepStrictEqual as same, match } from 'node:assert'
import { Readable } from 'node:stream'
import { createClient } from '@supabase/supabase-js'

const [, , url, anonKey, serviceKey, aliceToken, bobToken] = process.argv
const settings = { auth: { persistSession: false, autoRefreshToken: false } }
const client = (key, token) =>
  createClient(url, key, token ? { ...settings, accessToken: async () => token } : settings).storage
const anon = client(anonKey)
const service = client(serviceKey)
const alice = client(anonKey, aliceToken)
const bob = client(anonKey, bobToken)
const ALICE = '00000000-0000-4000-8000-00000000000a'

const data = ({ data, error }) => {
  if (error) throw new Error(`${error.statusCode} ${error.message}`)
  return data
}
const refused = ({ data, error }) => {
  if (!error) throw new Error('was not refused: ' + JSON.stringify(data))
  return `${error.statusCode} ${error.message}`
}
const text = async (answer) => await data(await answer).text()
const body = async (link, init) => {
  const answer = await fetch(link, init)
  return [answer.status, await answer.text()]
}
const avatars = service.from('avatars')
const notes = alice.from('notes')
const own = (name) => `${ALICE}/${name}`

const checks = {
  // buckets
  'create, get and list a bucket': async () => {
    const made = { public: true, fileSizeLimit: '1mb', allowedMimeTypes: ['image/*'] }
    same(data(await service.createBucket('made', made)).name, 'made')
    const bucket = data(await service.getBucket('made'))
    same(
      [bucket.id, bucket.name, bucket.public, bucket.file_size_limit, bucket.allowed_mime_types],
      ['made', 'made', true, 1000000, ['image/*']],
    )
    const names = data(await service.listBuckets()).map((one) => one.name)
    same(names.includes('made') && names.includes('avatars'), true)
    same(data(await service.listBuckets({ search: 'mad', limit: 1, sortColumn: 'name', sortOrder: 'desc' })).length, 1)
  },
  'a bucket is made once': async () =>
    same(refused(await service.createBucket('avatars')), '409 The resource already exists'),
  'a bucket needs a valid name': async () =>
    same(refused(await service.createBucket('a/b')), '400 Bucket name invalid'),
  'a user makes no bucket': async () =>
    same(refused(await alice.createBucket('hers')), '403 new row violates row-level security policy'),
  'a user sees no bucket that no policy shows': async () => {
    same(data(await alice.listBuckets()), [])
    same(refused(await alice.getBucket('avatars')), '404 Bucket not found')
  },
  'update a bucket': async () => {
    await service.createBucket('changed')
    same(data(await service.updateBucket('changed', { public: true, fileSizeLimit: 5 })).message, 'Successfully updated')
    const bucket = data(await service.getBucket('changed'))
    same([bucket.public, bucket.file_size_limit], [true, 5])
    same(refused(await alice.updateBucket('changed', { public: false })), '404 Bucket not found')
  },
  'empty and delete a bucket': async () => {
    await service.createBucket('old')
    data(await service.from('old').upload('a/b.txt', 'x'))
    same(refused(await service.deleteBucket('old')), '409 The bucket you tried to delete is not empty')
    same(refused(await alice.emptyBucket('old')), '403 Access denied: Invalid role')
    data(await service.emptyBucket('old'))
    same(data(await service.deleteBucket('old')).message, 'Successfully deleted')
    same(refused(await service.getBucket('old')), '404 Bucket not found')
  },
  // uploads
  'upload a string': async () => {
    const stored = data(await notes.upload(own('string.txt'), 'héllo'))
    same([stored.path, stored.fullPath], [own('string.txt'), 'notes/' + own('string.txt')])
    same(await text(notes.download(own('string.txt'))), 'héllo')
  },
  'upload a buffer, an array buffer, a blob, a file, a form, a stream': async () => {
    const form = new FormData()
    form.append('', new Blob(['form']), 'f.txt')
    const bodies = {
      buffer: Buffer.from('buffer'),
      arraybuffer: new TextEncoder().encode('arraybuffer').buffer,
      blob: new Blob(['blob'], { type: 'text/css' }),
      file: new File(['file'], 'x.md', { type: 'text/markdown' }),
      form,
      stream: Readable.from(['str', 'eam']),
    }
    for (const [name, content] of Object.entries(bodies)) {
      data(await notes.upload(own(name), content))
      same(await text(notes.download(own(name))), name)
    }
    same(data(await notes.info(own('blob'))).contentType, 'text/css')
    same(data(await notes.info(own('file'))).contentType, 'text/markdown')
  },
  'a large file comes back as it was': async () => {
    const large = Buffer.alloc(20_000_000)
    for (let i = 0; i < large.length; i += 7) large[i] = i % 251
    for (const one of [large, new Blob([large])]) {
      data(await avatars.upload('large.bin', one, { upsert: true }))
      const back = Buffer.from(await data(await avatars.download('large.bin')).arrayBuffer())
      same(back.equals(large), true)
    }
  },
  'cache, type and metadata': async () => {
    data(
      await notes.upload(own('meta.txt'), 'x', {
        cacheControl: '60',
        contentType: 'text/x-note',
        metadata: { colour: 'blue', n: 1 },
      }),
    )
    const info = data(await notes.info(own('meta.txt')))
    same(
      [info.name, info.bucketId, info.size, info.contentType, info.cacheControl, info.metadata],
      [own('meta.txt'), 'notes', 1, 'text/x-note', 'max-age=60', { colour: 'blue', n: 1 }],
    )
    match(info.createdAt, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
  },
  'metadata of a blob': async () => {
    data(await notes.upload(own('blobmeta'), new Blob(['x']), { metadata: { colour: 'red' } }))
    same(data(await notes.info(own('blobmeta'))).metadata, { colour: 'red' })
  },
  'an object is made once, but for upsert': async () => {
    data(await notes.upload(own('once.txt'), 'one'))
    same(refused(await notes.upload(own('once.txt'), 'two')), '409 The resource already exists')
    data(await notes.upload(own('once.txt'), 'three', { upsert: true }))
    same(await text(notes.download(own('once.txt'))), 'three')
  },
  update: async () => {
    data(await notes.upload(own('update.txt'), 'one'))
    data(await notes.update(own('update.txt'), 'two'))
    same(await text(notes.download(own('update.txt'))), 'two')
  },
  'a bucket that is not there': async () =>
    same(refused(await service.from('nowhere').upload('x', 'x')), '404 Bucket not found'),
  "another's folder": async () => {
    same(refused(await bob.from('notes').upload(own('b.txt'), 'x')), '403 new row violates row-level security policy')
    same(refused(await anon.from('notes').upload(own('a.txt'), 'x')), '403 new row violates row-level security policy')
  },
  'a key with a character that none may have': async () =>
    same(refused(await notes.upload(own('ü.txt'), 'x')), `400 Invalid key: ${own('ü.txt')}`),
  'too large for its bucket': async () => {
    await service.createBucket('small', { fileSizeLimit: '1kb' })
    const error = '413 The object exceeded the maximum allowed size'
    same(refused(await service.from('small').upload('a', Buffer.alloc(3_000_000))), error)
    same(refused(await service.from('small').upload('b', new Blob([Buffer.alloc(3_000_000)]))), error)
    same(refused(await service.from('small').upload('c', Readable.from([Buffer.alloc(3_000_000)]))), error)
    same(data(await service.from('small').list()), [])
  },
  'a type that its bucket does not take': async () => {
    await service.createBucket('pictures', { allowedMimeTypes: ['image/*', 'text/css'] })
    const pictures = service.from('pictures')
    same(refused(await pictures.upload('a', 'x', { contentType: 'text/html' })), '415 mime type text/html is not supported')
    data(await pictures.upload('b', 'x', { contentType: 'image/png' }))
    data(await pictures.upload('c', new Blob(['x'], { type: 'text/css' })))
  },
  // downloads
  'download what is not there or not yours': async () => {
    same(refused(await notes.download(own('none.txt'))), '404 Object not found')
    data(await notes.upload(own('hidden.txt'), 'x'))
    same(refused(await bob.from('notes').download(own('hidden.txt'))), '404 Object not found')
  },
  exists: async () => {
    data(await notes.upload(own('exists.txt'), 'x'))
    same((await notes.exists(own('exists.txt'))).data, true)
    same((await notes.exists(own('exists-not.txt'))).data, false)
    same((await bob.from('notes').exists(own('exists.txt'))).data, false)
  },
  'public URL': async () => {
    data(await avatars.upload('a folder/café.txt'.replace('é', 'e'), 'public'))
    same(await body(anon.from('avatars').getPublicUrl('a folder/cafe.txt').data.publicUrl), [200, 'public'])
    const link = anon.from('avatars').getPublicUrl('a folder/cafe.txt', { download: 'my file.txt' }).data.publicUrl
    const answer = await fetch(link)
    same(
      answer.headers.get('content-disposition'),
      "attachment; filename=my%20file.txt; filename*=UTF-8''my%20file.txt",
    )
    same((await body(anon.from('notes').getPublicUrl(own('string.txt')).data.publicUrl))[0], 400)
  },
  'a page is served as text': async () => {
    data(await avatars.upload('page.html', '<script>alert(1)</script>', { contentType: 'text/html' }))
    const answer = await fetch(anon.from('avatars').getPublicUrl('page.html').data.publicUrl)
    match(answer.headers.get('content-type'), /^text\/plain/)
  },
  'image transformation says that it is not here': async () => {
    const link = anon.from('avatars').getPublicUrl('page.html', { transform: { width: 10 } }).data.publicUrl
    same((await body(link))[0], 501)
    const { error } = await avatars.download('page.html', { transform: { width: 10 } })
    match(error.message, /Image transformation is not part of the embedded Supabase/)
  },
  // signed URLs
  'signed URL': async () => {
    data(await notes.upload(own('signed file.txt'), 'signed'))
    const { signedUrl } = data(await notes.createSignedUrl(own('signed file.txt'), 60))
    same(await body(signedUrl), [200, 'signed'])
    const { signedUrl: download } = data(
      await notes.createSignedUrl(own('signed file.txt'), 60, { download: 'x.txt' }),
    )
    match((await fetch(download)).headers.get('content-disposition'), /filename=x.txt/)
  },
  'no signed URL for what one may not read': async () =>
    same(refused(await bob.from('notes').createSignedUrl(own('string.txt'), 60)), '404 Object not found'),
  'signed URLs': async () => {
    data(await notes.upload(own('s1.txt'), 'one'))
    const [first, second] = data(await notes.createSignedUrls([own('s1.txt'), own('s2.txt')], 60))
    same(await body(first.signedUrl), [200, 'one'])
    same(
      [second.signedUrl, second.error],
      [null, 'Either the object does not exist or you do not have access to it'],
    )
  },
  'signed upload': async () => {
    const { token, path } = data(await notes.createSignedUploadUrl(own('later.txt')))
    data(await anon.from('notes').uploadToSignedUrl(path, token, 'came later'))
    same(await text(notes.download(own('later.txt'))), 'came later')
    same(refused(await anon.from('notes').uploadToSignedUrl(path, token, 'again')), '409 The resource already exists')
    same(refused(await bob.from('notes').createSignedUploadUrl(own('x.txt'))), '403 new row violates row-level security policy')
    const over = data(await notes.createSignedUploadUrl(own('later.txt'), { upsert: true }))
    data(await anon.from('notes').uploadToSignedUrl(over.path, over.token, new Blob(['over'])))
    same(await text(notes.download(own('later.txt'))), 'over')
    same(data(await notes.remove([own('later.txt')])).length, 1)
  },
  // lists
  list: async () => {
    await service.createBucket('listed')
    const listed = service.from('listed')
    for (const name of ['b.txt', 'A.txt', 'dir/x.txt', 'dir/y.txt', 'dir/deep/z.txt', 'c_1.txt']) {
      data(await listed.upload(name, name))
    }
    const names = async (...query) => data(await listed.list(...query)).map((one) => one.name)
    same(await names(), ['A.txt', 'b.txt', 'c_1.txt', 'dir'])
    same(await names('dir'), ['deep', 'x.txt', 'y.txt'])
    same(await names('', { sortBy: { column: 'name', order: 'desc' } }), ['dir', 'c_1.txt', 'b.txt', 'A.txt'])
    same(await names('', { sortBy: { column: 'created_at', order: 'asc' } }), ['dir', 'b.txt', 'A.txt', 'c_1.txt'])
    same(await names('', { limit: 2, offset: 1 }), ['b.txt', 'c_1.txt'])
    same(await names('', { search: 'B' }), ['b.txt'])
    same(await names('dir', { search: 'x' }), ['x.txt'])
    same(await names('', { search: '%' }), [])
    const [folder] = data(await listed.list('dir'))
    same([folder.id, folder.metadata], [null, null])
    same(data(await listed.list('dir', { search: 'x' }))[0].metadata.size, 9)
  },
  'a list shows what a policy shows': async () => {
    data(await notes.upload(own('shown.txt'), 'x'))
    same(data(await bob.from('notes').list(ALICE)), [])
    same(data(await notes.list(ALICE)).some((one) => one.name === 'shown.txt'), true)
  },
  'list by cursor': async () => {
    const listed = service.from('listed')
    const seen = []
    let cursor
    do {
      const page = data(await listed.listV2({ limit: 2, with_delimiter: true, cursor }))
      seen.push(...page.folders.map((one) => one.name), ...page.objects.map((one) => one.name))
      cursor = page.nextCursor
      same(page.hasNext, cursor !== undefined)
    } while (cursor)
    same(seen, ['A.txt', 'b.txt', 'dir/', 'c_1.txt']) // a page has its folders first
    same(data(await listed.listV2({ prefix: 'dir/', with_delimiter: true })).folders[0].name, 'dir/deep/')
    const all = data(await listed.listV2({ sortBy: { column: 'created_at', order: 'desc' } })).objects
    same(all.map((one) => one.name)[0], 'c_1.txt')
    same(all.length, 6)
  },
  // moves
  'move, also to another bucket': async () => {
    data(await notes.upload(own('from.txt'), 'moved'))
    same(data(await notes.move(own('from.txt'), own('to.txt'))).message, 'Successfully moved')
    same(refused(await notes.download(own('from.txt'))), '404 Object not found')
    same(await text(notes.download(own('to.txt'))), 'moved')
    data(await service.from('notes').move(own('to.txt'), 'to.txt', { destinationBucket: 'avatars' }))
    same(await text(avatars.download('to.txt')), 'moved')
    same(refused(await notes.move(own('none.txt'), own('x.txt'))), '404 Object not found')
  },
  'a move takes no place that is taken': async () => {
    data(await notes.upload(own('m1.txt'), '1'))
    data(await notes.upload(own('m2.txt'), '2'))
    same(refused(await notes.move(own('m1.txt'), own('m2.txt'))), '409 The resource already exists')
    same(await text(notes.download(own('m2.txt'))), '2')
  },
  copy: async () => {
    data(await notes.upload(own('original.txt'), 'copied', { contentType: 'text/x-c', metadata: { k: 'v' } }))
    same(data(await notes.copy(own('original.txt'), own('copy.txt'))).path, 'notes/' + own('copy.txt'))
    const info = data(await notes.info(own('copy.txt')))
    same([info.contentType, info.metadata, info.size], ['text/x-c', { k: 'v' }, 6])
    same(await text(notes.download(own('copy.txt'))), 'copied')
    same(await text(notes.download(own('original.txt'))), 'copied')
    same(refused(await notes.copy(own('original.txt'), own('copy.txt'))), '409 The resource already exists')
    same(refused(await bob.from('notes').copy(own('original.txt'), 'x')), '404 Object not found')
    same(refused(await notes.copy(own('original.txt'), 'elsewhere.txt')), '403 new row violates row-level security policy')
  },
  remove: async () => {
    data(await notes.upload(own('r1.txt'), '1'))
    same(data(await bob.from('notes').remove([own('r1.txt')])), [])
    const removed = data(await notes.remove([own('r1.txt'), own('none.txt')]))
    same(removed.map((one) => [one.name, one.bucket_id]), [[own('r1.txt'), 'notes']])
    same(refused(await notes.download(own('r1.txt'))), '404 Object not found')
  },
  'a key of another project': async () =>
    same(refused(await client('sb_publishable_unknown').from('notes').list()).includes('Invalid API key'), true),
}

for (const [name, check] of Object.entries(checks)) {
  try {
    await check()
    console.log('ok ' + name)
  } catch (error) {
    console.log('not ok ' + name + '\n' + error.stack)
  }
}
