/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/lock.h"

#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/text.h"

/** Locks that cannot be understood and are said one by one; more are only counted. */
#define MALFORMED_SHOWN 5

struct reader {
	struct locks *locks;
	const char *name;
	size_t line, start; /* the lock's first line */
	size_t terms; /* in all locks */
	size_t malformed;
	struct lock lock; /* the one that is being read */
	bool started, of_packages, of_others;
	const char *flaw; /* why the lock is to be ignored; NULL if it is not */
};

static void release_regex(struct re_pattern_buffer *regex)
{
	if (!regex)
		return;
	regfree(regex);
	free(regex);
}

static void lock_done(struct lock *lock)
{
	for (size_t i = 0; i < lock->term_count; i++) {
		free(lock->terms[i].text);
		release_regex(lock->terms[i].regex);
	}
	free(lock->terms);
	strings_done(&lock->repositories);
	free(lock->version);
	*lock = (struct lock){ 0 };
}

static void release_reader(struct reader *reader)
{
	lock_done(&reader->lock);
}

static int complain(struct reader *reader, size_t line, const char *why)
{
	if (reader->malformed++ >= MALFORMED_SHOWN)
		return 0;
	return diagnostics_add(&reader->locks->diagnostics, "malformed-lock", reader->name,
			       "%s: the lock at line %zu %s, ignoring it", reader->name, line, why);
}

static void set_flaw(struct reader *reader, const char *flaw)
{
	if (!reader->flaw)
		reader->flaw = flaw;
}

/* Repetitions by number and references back can cost any amount of memory or time. */
static bool is_costly(const char *regex)
{
	for (const char *c = regex; *c; c++)
		if (*c == '{' || (*c == '\\' && isdigit((unsigned char)c[1])))
			return true;
	return false;
}

/* 0, -EINVAL, or -ENOMEM; libzypp: PoolQuery.cc, joinedStrMatcher; libsolv: dataiterator.c. */
static int compile(const struct lock *lock, struct lock_term *term)
{
	const char *border = lock->match == LOCK_WORD ? "\\b" : "";
	auto_free char *text = text_format("%s%s%s", border, term->text, border);
	auto_free regex_t *regex = calloc(1, sizeof(*regex));
	int flags = REG_EXTENDED | REG_NOSUB | REG_NEWLINE | (lock->any_case ? REG_ICASE : 0);
	int r;

	if (!text || !regex)
		return -ENOMEM;
	if (is_costly(text))
		return -EINVAL;
	r = regcomp(regex, text, flags);
	if (r != 0)
		return r == REG_ESPACE ? -ENOMEM : -EINVAL;
	term->regex = take(regex);
	return 0;
}

static bool has_many_stars(const char *text)
{
	size_t stars = 0;

	for (; *text; text++)
		stars += *text == '*';
	return stars > LOCK_STARS_MAX;
}

/* Make the terms ready: how they match may stand behind them. 0 or -ENOMEM. */
static int finish_terms(struct reader *reader)
{
	struct lock *lock = &reader->lock;
	int r = 0;

	for (size_t i = 0; i < lock->term_count && r == 0 && !reader->flaw; i++) {
		if (lock->match == LOCK_GLOB && has_many_stars(lock->terms[i].text))
			reader->flaw = "has too many '*' in a name";
		if (lock->match != LOCK_REGEX && lock->match != LOCK_WORD)
			continue;
		r = compile(lock, &lock->terms[i]);
		if (r == -EINVAL) {
			reader->flaw = "has a name that is no regular expression, or a costly one";
			r = 0;
		}
	}
	return r;
}

/* The lock ends here. Those of patches, patterns and products alone are none of ours. */
static int finish_lock(struct reader *reader)
{
	struct locks *locks = reader->locks;
	bool ours = reader->started && (reader->of_packages || !reader->of_others);
	int r = 0;

	if (ours && reader->lock.term_count == 0)
		set_flaw(reader, "names no package");
	if (ours && locks->count >= LOCKS_MAX)
		set_flaw(reader, "is one too many");
	if (ours)
		r = finish_terms(reader);
	if (r == 0 && ours && reader->flaw)
		r = complain(reader, reader->start, reader->flaw);
	else if (r == 0 && ours) {
		r = array_grow(&locks->items, locks->count, sizeof(*locks->items));
		if (r == 0) {
			locks->items[locks->count++] = reader->lock;
			reader->lock = (struct lock){ 0 };
		}
	}
	lock_done(&reader->lock);
	reader->started = reader->of_packages = reader->of_others = false;
	reader->flaw = NULL;
	return r;
}

static int add_term(struct reader *reader, const char *value, bool is_arch)
{
	struct lock *lock = &reader->lock;
	char *text;

	if (!*value || strpbrk(value, " \t")) {
		set_flaw(reader, "has a name that no package can have");
		return 0;
	}
	if (reader->terms++ >= LOCK_TERMS_MAX) {
		set_flaw(reader, "has one name too many");
		return 0;
	}
	text = strdup(value);
	if (!text || array_grow(&lock->terms, lock->term_count, sizeof(*lock->terms)) < 0) {
		free(text);
		return -ENOMEM;
	}
	lock->terms[lock->term_count++] = (struct lock_term){ .text = text, .is_arch = is_arch };
	return 0;
}

static int take_name(struct reader *reader, const char *value)
{
	return add_term(reader, value, false);
}

static int take_arch(struct reader *reader, const char *value)
{
	return add_term(reader, value, true);
}

static int take_kind(struct reader *reader, const char *value)
{
	if (text_equal(value, "package"))
		reader->of_packages = true;
	else
		reader->of_others = true;
	return 0;
}

static int take_match(struct reader *reader, const char *value)
{
	static const char *const kinds[] = {
		[LOCK_SUBSTRING] = "substring", [LOCK_EXACT] = "exact", [LOCK_GLOB] = "glob",
		[LOCK_REGEX] = "regex",         [LOCK_WORD] = "word",
	};

	for (size_t i = 0; i < COUNT(kinds); i++)
		if (text_equal(value, kinds[i])) {
			reader->lock.match = (enum lock_match)i;
			return 0;
		}
	set_flaw(reader, "has an unknown match_type");
	return 0;
}

static int take_case(struct reader *reader, const char *value)
{
	if (!text_equal(value, "on") && !text_equal(value, "off"))
		set_flaw(reader, "has case_sensitive neither on nor off");
	reader->lock.any_case = !text_equal(value, "on");
	return 0;
}

static int take_repository(struct reader *reader, const char *value)
{
	return *value ? strings_add(&reader->lock.repositories, value) : 0;
}

static int take_version(struct reader *reader, const char *value)
{
	static const struct {
		const char *text;
		enum lock_order order;
	} rows[] = {
		{ "==", LOCK_EQ }, { "!=", LOCK_NE }, { "<=", LOCK_LE }, { ">=", LOCK_GE },
		{ "=", LOCK_EQ },  { "<", LOCK_LT },  { ">", LOCK_GT },  { "", LOCK_EQ },
	};
	struct lock *lock = &reader->lock;
	size_t i = 0;

	while (!text_starts(value, rows[i].text))
		i++;
	value += strlen(rows[i].text);
	while (isspace((unsigned char)*value))
		value++;
	if (!*value || strpbrk(value, "<=>! \t"))
		set_flaw(reader, "has a version that is none");
	free(lock->version);
	lock->order = rows[i].order;
	lock->version = strdup(value);
	return lock->version ? 0 : -ENOMEM;
}

/* libzypp: PoolQuery.cc, recover(); "kind" and "string_type" are old spellings. */
static int take_key(struct reader *reader, const char *key, const char *value)
{
	static const struct {
		const char *key;
		int (*read)(struct reader *reader, const char *value);
	} rows[] = {
		{ "type", take_kind },           { "kind", take_kind },
		{ "match_type", take_match },    { "string_type", take_match },
		{ "case_sensitive", take_case }, { "solvable_name", take_name },
		{ "solvable_arch", take_arch },  { "version", take_version },
		{ "repo", take_repository },
	};

	if (strlen(value) > LOCK_VALUE_MAX) {
		set_flaw(reader, "has a value that is too long");
		return 0;
	}
	for (size_t i = 0; i < COUNT(rows); i++)
		if (text_equal(rows[i].key, key))
			return rows[i].read(reader, value);
	set_flaw(reader, "has a key that is unknown");
	return 0;
}

/* Without the spaces around it; changes TEXT. */
static char *trim(char *text)
{
	char *end = text + strlen(text);

	while (isspace((unsigned char)*text))
		text++;
	while (end > text && isspace((unsigned char)end[-1]))
		end--;
	*end = '\0';
	return text;
}

/* A line without a colon ends a lock as an empty one does. */
static int take_line(struct reader *reader, char *line)
{
	char *colon = strchr(line, ':');
	int r;

	if (*line == '#')
		return 0;
	if (!colon) {
		r = finish_lock(reader);
		return r == 0 && *trim(line) ? complain(reader, reader->line, "is no key: value")
					     : r;
	}
	if (!reader->started) {
		reader->started = true;
		reader->start = reader->line;
		reader->lock.any_case = true;
	}
	*colon = '\0';
	return take_key(reader, trim(line), trim(colon + 1));
}

int locks_parse(const char *text, size_t size, const char *name, struct locks *ret)
{
	auto_locks struct locks locks = { 0 };
	AUTO(release_reader) struct reader reader = { .locks = &locks, .name = name };
	const char *end = text + size;
	int r = 0;

	while (text < end && r == 0) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *stop = newline ? newline : end;
		auto_free char *line = strndup(text, (size_t)(stop - text));

		reader.line++;
		r = line ? take_line(&reader, line) : -ENOMEM;
		text = newline ? newline + 1 : end;
	}
	if (r == 0)
		r = finish_lock(&reader);
	if (r == 0 && reader.malformed > MALFORMED_SHOWN)
		r = diagnostics_add(&locks.diagnostics, "malformed-lock", name,
				    "%s: %zu more locks cannot be understood, ignoring them", name,
				    reader.malformed - MALFORMED_SHOWN);
	if (r < 0)
		return r;
	*ret = locks;
	locks = (struct locks){ 0 };
	return 0;
}

static bool term_fits(const struct lock *lock, const struct lock_term *term, const char *text)
{
	switch (lock->match) {
	case LOCK_EXACT:
		return (lock->any_case ? strcasecmp(text, term->text) : strcmp(text, term->text)) ==
		       0;
	case LOCK_GLOB:
		return fnmatch(term->text, text, lock->any_case ? FNM_CASEFOLD : 0) == 0;
	case LOCK_REGEX:
	case LOCK_WORD:
		return regexec(term->regex, text, 0, NULL, 0) == 0;
	case LOCK_SUBSTRING:
	default:
		return (lock->any_case ? strcasestr(text, term->text) : strstr(text, term->text)) !=
		       NULL;
	}
}

const char *lock_fits(const struct lock *lock, const char *name, const char *arch,
		      const char *alias)
{
	if (lock->repositories.count && (!alias || !strings_contain(&lock->repositories, alias)))
		return NULL;
	for (size_t i = 0; i < lock->term_count; i++)
		if (term_fits(lock, &lock->terms[i], lock->terms[i].is_arch ? arch : name))
			return lock->terms[i].text;
	return NULL;
}

bool lock_fits_order(const struct lock *lock, int order)
{
	switch (lock->order) {
	case LOCK_EQ:
		return order == 0;
	case LOCK_NE:
		return order != 0;
	case LOCK_LT:
		return order < 0;
	case LOCK_LE:
		return order <= 0;
	case LOCK_GT:
		return order > 0;
	case LOCK_GE:
		return order >= 0;
	case LOCK_ANY:
	default:
		return true;
	}
}

void locks_done(struct locks *locks)
{
	for (size_t i = 0; i < locks->count; i++)
		lock_done(&locks->items[i]);
	free(locks->items);
	diagnostics_done(&locks->diagnostics);
	*locks = (struct locks){ 0 };
}
