/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/catalog-internal.h"

#include <errno.h>
#include <solv/chksum.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "packages/capability.h"
#include "packages/rpm.h"
#include "packages/url.h"

/* "name-epoch:version-release" split as rpm does: epoch before ':', release behind the last '-'. */
static int split_evr(const char *evr, struct driver *driver)
{
	const char *colon = evr + strspn(evr, "0123456789");
	const char *dash;

	if (*colon == ':' && colon != evr) {
		driver->epoch = strtoul(evr, NULL, 10);
		evr = colon + 1;
	}
	dash = strrchr(evr, '-');
	driver->version = strndup(evr, dash ? (size_t)(dash - evr) : strlen(evr));
	driver->release = strdup(dash ? dash + 1 : "");
	return driver->version && driver->release ? 0 : -ENOMEM;
}

static int copy_text(const char *from, char **ret)
{
	if (!from)
		return 0;
	*ret = strdup(from);
	return *ret ? 0 : -ENOMEM;
}

/* As long as libsolv does not read: "modalias(PREFIX:PATTERN)". */
static bool is_long(const char *prefix, const char *pattern)
{
	size_t length = strlen("modalias()") + strlen(pattern);

	return length + (prefix ? strlen(prefix) + 1 : 0) >= HINT_LONG_MIN;
}

static int add_hint(struct driver *driver, const char *prefix, const char *pattern,
		    unsigned int repairs)
{
	struct hint hint = { 0 };

	if (hint_make(prefix, pattern, &hint) < 0 ||
	    array_grow(&driver->hints, driver->hint_count, sizeof(hint)) < 0) {
		hint_done(&hint);
		return -ENOMEM;
	}
	/* libsolv never leaves two colons without a prefix, so repair_dependency() joined these. */
	if (!prefix && strchr(pattern, ':') && strchr(strchr(pattern, ':') + 1, ':'))
		hint.repairs |= HINT_UNPREFIXED;
	if (is_long(prefix, pattern))
		hint.repairs |= HINT_LONG;
	hint.repairs |= repairs;
	driver->hints[driver->hint_count++] = hint;
	return 0;
}

static int add_hints(const struct catalog *catalog, Id id, struct driver *driver)
{
	bool provided = id < catalog->provided.size * 8 && MAPTST(&catalog->provided, id);
	const Pool *pool = catalog->pool;
	Queue patterns, prefixes;
	int r = 0;

	queue_init(&patterns);
	queue_init(&prefixes);
	catalog_hints(catalog, id, &patterns, &prefixes);
	for (int i = 0; i < patterns.count && r == 0; i++) {
		Id prefix = prefixes.elements[i];

		r = add_hint(driver, prefix ? pool_id2str(pool, prefix) : NULL,
			     pool_id2str(pool, patterns.elements[i]),
			     provided ? HINT_PROVIDED : HINT_AS_IT_IS);
	}
	queue_free(&patterns);
	queue_free(&prefixes);
	return r;
}

/* The name of LEAF if it may be a symbol, else NULL. */
static const char *symbol_name(const Pool *pool, Id leaf)
{
	Id name = ISRELDEP(leaf) ? GETRELDEP(pool, leaf)->name : leaf;
	const char *text = ISRELDEP(name) ? NULL : pool_id2str(pool, name);

	return text && text_starts(text, "ksym(") ? text : NULL;
}

static void find_symbols(const Pool *pool, const Queue *leaves, Queue *ret, size_t *size)
{
	for (int i = 0; i < leaves->count; i++) {
		const char *name = symbol_name(pool, leaves->elements[i]);

		if (!name)
			continue;
		*size += strlen(name);
		queue_push(ret, leaves->elements[i]);
	}
}

/* The same for all that package ID provides. */
static void find_exports(const Pool *pool, Id id, Queue *ret, size_t *size)
{
	const Solvable *s = pool->solvables + id;
	Queue provides;

	if (!s->provides)
		return;
	queue_init(&provides);
	for (const Id *dep = s->repo->idarraydata + s->provides; *dep; dep++)
		queue_push(&provides, *dep);
	find_symbols(pool, &provides, ret, size);
	queue_free(&provides);
}

static void find_needs(const struct catalog *catalog, Id id, Queue *ret, size_t *size)
{
	const Solvable *s = catalog->pool->solvables + id;
	Queue leaves;

	if (!s->requires)
		return;
	queue_init(&leaves);
	for (const Id *dep = s->repo->idarraydata + s->requires; *dep; dep++)
		catalog_leaves(catalog, *dep, &leaves);
	find_symbols(catalog->pool, &leaves, ret, size);
	queue_free(&leaves);
}

/* A copy of LENGTH bytes at TEXT, which moves *TO behind it. */
static const char *put_word(char **to, const char *text, size_t length)
{
	char *word = *to;

	memcpy(word, text, length);
	word[length] = '\0';
	*to = word + length + 1;
	return word;
}

/* Put what LEAVES say into *RET, and its texts at *TO, where they have room. 0 or -ENOMEM. */
static int put_symbols(const Pool *pool, const Queue *leaves, char **to, struct symbol_need **ret,
		       size_t *ret_count)
{
	struct symbol_need *needs = calloc((size_t)leaves->count + 1, sizeof(*needs));
	size_t count = 0;

	if (!needs)
		return -ENOMEM;
	for (int i = 0; i < leaves->count; i++) {
		Id leaf = leaves->elements[i];
		const Reldep *rel = ISRELDEP(leaf) ? GETRELDEP(pool, leaf) : NULL;
		struct symbol_need *need = &needs[count];
		struct ksym ksym;

		if (!ksym_parse(symbol_name(pool, leaf), &ksym))
			continue;
		need->flavor = put_word(to, ksym.flavor, ksym.flavor_length);
		need->symbol = put_word(to, ksym.symbol, ksym.symbol_length);
		if (rel && rel->flags == REL_EQ && !ISRELDEP(rel->evr))
			need->has_crc = crc_parse(pool_id2str(pool, rel->evr), &need->crc);
		count++;
	}
	*ret = needs;
	*ret_count = count;
	return 0;
}

static int add_symbols(const struct catalog *catalog, Id id, struct driver *driver)
{
	const Pool *pool = catalog->pool;
	Queue needs, exports;
	size_t size = 0;
	char *to;
	int r;

	queue_init(&needs);
	queue_init(&exports);
	find_needs(catalog, id, &needs, &size);
	find_exports(pool, id, &exports, &size);
	/* Two words with a NUL each take less than "ksym(:)" around them. */
	to = driver->symbol_text = malloc(size + 1);
	r = to ? put_symbols(pool, &needs, &to, &driver->symbols, &driver->symbol_count) : -ENOMEM;
	if (r == 0)
		r = put_symbols(pool, &exports, &to, &driver->exports, &driver->export_count);
	queue_free(&needs);
	queue_free(&exports);
	return r;
}

static int add_modules(const Pool *pool, Id id, struct driver *driver)
{
	const Solvable *s = pool->solvables + id;
	const Id *dep;

	if (!s->provides)
		return 0;
	for (dep = s->repo->idarraydata + s->provides; *dep; dep++) {
		Id name = ISRELDEP(*dep) ? GETRELDEP(pool, *dep)->name : *dep;
		auto_free char *module = NULL;
		int r = ISRELDEP(name) ? 0 : kmod_parse(pool_id2str(pool, name), &module);

		if (r < 0 || (r > 0 && strings_add(&driver->modules, module) < 0))
			return -ENOMEM;
	}
	strings_sort_unique(&driver->modules);
	return 0;
}

/* What was repaired, and how a packager mends it for good. */
static const struct {
	enum hint_repair repair;
	const char *id;
	const char *text;
} repair_rows[] = {
	{ HINT_MERGED_ESCAPE, "merged-escape",
	  "a [..] class was merged into an escape, so that libzypp never matches it; it is read as "
	  "what it was made from; build the package with a generator that merges before it "
	  "escapes" },
	{ HINT_UNPREFIXED, "unprefixed-hint",
	  "a hint without a kernel- prefix has two colons or more, so that libzypp takes its bus "
	  "for a package; it is read whole; write modalias(kernel-<flavor>:...)" },
	{ HINT_LOWER_CASE, "lower-case-hint",
	  "a hint has hex digits in lower case, which no kernel writes for pci and usb; it is read "
	  "in upper case too; write the ids in upper case" },
	{ HINT_LONG, "long-hint",
	  "a hint has 1,024 bytes or more, which libzypp leaves unread; it is read all the same; "
	  "write several shorter modalias() instead of one" },
	{ HINT_PROVIDED, "provided-hint",
	  "the hint stands among what the package provides, where libzypp does not look; it is "
	  "read all the same; write it as Supplements: modalias(kernel-<flavor>:...)" },
};

static int diagnose_repairs(struct driver *driver, const struct hint *hint)
{
	for (size_t i = 0; i < COUNT(repair_rows); i++)
		if (hint->repairs & repair_rows[i].repair &&
		    diagnostics_add(&driver->diagnostics, repair_rows[i].id, hint->text, "%s",
				    repair_rows[i].text) < 0)
			return -ENOMEM;
	return 0;
}

static int diagnose_hints(struct driver *driver)
{
	for (size_t i = 0; i < driver->hint_count; i++) {
		const struct hint *hint = &driver->hints[i];
		int r = diagnose_repairs(driver, hint);

		if (r == 0 && hint->match_all)
			r = diagnostics_add(
				&driver->diagnostics, "match-all-hint", hint->text,
				"a hint fits every machine; it does not select the package; "
				"name the hardware instead");
		if (r < 0)
			return r;
	}
	return 0;
}

/* The URL of a package that its metadata says to lie below BASE (xml:base). 0 or -ENOMEM. */
static int set_elsewhere(const char *base, const char *location, struct driver *driver)
{
	if (!base || !url_is_http(base) || !location)
		return 0;
	driver->elsewhere = text_format("%s%s%s", base, text_ends(base, "/") ? "" : "/", location);
	return driver->elsewhere ? 0 : -ENOMEM;
}

static int fill_identity(Pool *pool, Solvable *s, struct driver *driver)
{
	Id checksum_type = 0;
	const char *checksum = solvable_lookup_checksum(s, SOLVABLE_CHECKSUM, &checksum_type);
	const char *base = solvable_lookup_str(s, SOLVABLE_MEDIABASE);
	const char *vendor = solvable_lookup_str(s, SOLVABLE_VENDOR);

	if (copy_text(pool_id2str(pool, s->name), &driver->name) < 0 ||
	    split_evr(pool_id2str(pool, s->evr), driver) < 0 ||
	    copy_text(pool_id2str(pool, s->arch), &driver->arch) < 0 ||
	    copy_text(vendor && *vendor ? vendor : NULL, &driver->vendor) < 0 ||
	    /* A package with an xml:base of its own lies somewhere else: not at hand. */
	    copy_text(base ? NULL : solvable_lookup_location(s, NULL), &driver->location) < 0 ||
	    set_elsewhere(base, solvable_lookup_location(s, NULL), driver) < 0 ||
	    copy_text(checksum, &driver->checksum) < 0 ||
	    copy_text(checksum ? solv_chksum_type2str(checksum_type) : NULL,
		      &driver->checksum_type) < 0)
		return -ENOMEM;
	driver->size = solvable_lookup_num(s, SOLVABLE_DOWNLOADSIZE, 0);
	driver->nevra = driver_nevra(driver->name, driver->epoch, driver->version, driver->release,
				     driver->arch);
	return driver->nevra ? 0 : -ENOMEM;
}

static void release_driver(struct driver *driver)
{
	driver_done(driver);
}

int catalog_driver(struct catalog *catalog, int id, struct driver *ret)
{
	AUTO(release_driver) struct driver driver = { .id = id };
	Pool *pool = catalog->pool;

	driver.source = catalog_source_of(catalog, id);
	driver.role = catalog_role(catalog, id);
	if (fill_identity(pool, pool->solvables + id, &driver) < 0 ||
	    driver_parse_name(driver.name, driver.version, &driver.family, &driver.flavor,
			      &driver.build_release) < 0 ||
	    add_hints(catalog, id, &driver) < 0 || add_symbols(catalog, id, &driver) < 0 ||
	    add_modules(pool, id, &driver) < 0 || diagnose_hints(&driver) < 0)
		return -ENOMEM;
	*ret = driver;
	driver = (struct driver){ 0 };
	return 0;
}

int catalog_rpm_driver(const struct rpm *rpm, struct driver *ret)
{
	auto_catalog struct catalog *catalog = NULL;
	Repo *repo;
	Id id;
	int r = catalog_new(&catalog);

	if (r < 0)
		return r;
	repo = repo_create(catalog->pool, "@rpm");
	r = catalog_add_header(catalog, repo, rpm_header_handle(rpm), &id);
	if (r == 0 && !id)
		return -EBADMSG;
	repo_internalize(repo);
	return r < 0 ? r : catalog_driver(catalog, id, ret);
}
