/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/repository.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "packages/url.h"
#include "trust/digest.h"

/** Of the checksum of its URL, in the name of dnf's cache (libdnf: Repo.cpp, getHash). */
#define DNF_HASH_LENGTH 16

static bool is_one_of(const char *text, const char *const *words)
{
	for (; *words; words++)
		if (strcasecmp(text, *words) == 0)
			return true;
	return false;
}

/*
 * zypp takes what it does not know for false (libzypp: String.cc, strToTrue), dnf leaves the
 * setting as it was, which is true (libdnf: OptionBool.cpp).
 */
static bool is_enabled(const char *text, enum repository_manager manager)
{
	static const char *const yes[] = { "yes", "true", "on", "always", NULL };
	static const char *const no[] = { "0", "no", "false", "off", NULL };

	if (!text)
		return true;
	if (manager == MANAGER_DNF)
		return !is_one_of(text, no);
	return is_one_of(text, yes) || strtol(text, NULL, 10) != 0;
}

/* zypp takes 0 for "none stated", and what is below for a very large number. */
static int read_priority(const char *text, enum repository_manager manager)
{
	char *end;
	long number;

	errno = 0;
	number = text ? strtol(text, &end, 10) : 0;
	if (!text || end == text || *end != '\0')
		return REPOSITORY_PRIORITY;
	if (manager == MANAGER_ZYPP && number == 0)
		return REPOSITORY_PRIORITY;
	if (number > INT_MAX || (manager == MANAGER_ZYPP && number < 0))
		return INT_MAX;
	return number < -INT_MAX ? -INT_MAX : (int)number;
}

static int expand_value(const struct repofile_section *section, const char *key,
			const struct variables *variables, char **ret)
{
	const char *value = repofile_get(section, key);

	return value && *value ? variables_expand(variables, value, ret) : 0;
}

/* The parts of the value of KEY, which any of SEPARATORS part. */
static int expand_list(const struct repofile_section *section, const char *key,
		       const struct variables *variables, const char *separators,
		       struct strings *ret)
{
	auto_free char *value = NULL;
	char *rest, *part;
	int r = expand_value(section, key, variables, &value);

	if (r < 0 || !value)
		return r;
	for (part = strtok_r(value, separators, &rest); part && r == 0;
	     part = strtok_r(NULL, separators, &rest))
		r = strings_add(ret, part);
	return r;
}

static int read_urls(const struct repofile_section *section, const struct variables *variables,
		     enum repository_manager manager, struct repository *repository)
{
	/* zypp has one a line, and a comma may be part of it. */
	const char *separators = manager == MANAGER_ZYPP ? "\n" : " \t\n,";
	int r = expand_list(section, "baseurl", variables, separators, &repository->urls);

	if (r == 0)
		r = expand_list(section, "gpgkey", variables, " \t\n,", &repository->gpgkeys);
	if (r == 0)
		r = expand_value(section, "metalink", variables, &repository->mirrors);
	if (r == 0 && !repository->mirrors)
		r = expand_value(section, "mirrorlist", variables, &repository->mirrors);
	if (r == 0 && manager == MANAGER_ZYPP)
		r = expand_value(section, "path", variables, &repository->path);
	return r;
}

int repository_make(const struct repofile_section *section, const struct variables *variables,
		    enum repository_manager manager, struct repository *ret)
{
	const char *alias;
	int r = 0;

	*ret = (struct repository){
		.enabled = is_enabled(repofile_get(section, "enabled"), manager),
		.priority = read_priority(repofile_get(section, "priority"), manager),
	};
	if (manager == MANAGER_DNF)
		r = variables_expand(variables, section->name, &ret->alias);
	if (!ret->alias)
		ret->alias = strdup(section->name);
	if (r < 0 || !ret->alias)
		return r < 0 ? r : -ENOMEM;
	alias = ret->alias;
	if (*alias == '\0' || text_equal(alias, ".") || text_equal(alias, "..") ||
	    strlen(alias) > NAME_MAX - DNF_HASH_LENGTH - 1)
		return -EINVAL;
	return read_urls(section, variables, manager, ret);
}

char *repository_file_path(const char *url)
{
	static const char *const schemes[] = { "file:", "dir:" };
	auto_free char *path = NULL;

	for (size_t i = 0; i < COUNT(schemes); i++) {
		const char *rest = url + strlen(schemes[i]);

		if (strncasecmp(url, schemes[i], strlen(schemes[i])) != 0)
			continue;
		if (text_starts(rest, "//localhost/"))
			rest += strlen("//localhost");
		path = strndup(rest, strcspn(rest, "?#"));
		if (!path)
			return NULL;
		url_decode(path);
		return text_format("/%s", path + strspn(path, "/"));
	}
	return NULL;
}

char *repository_local_path(const struct repository *repository, const char *url)
{
	auto_free char *path = repository_file_path(url);

	if (!path || !repository->path)
		return take(path);
	return text_format("%s/%s", path, repository->path);
}

char *repository_shown_url(const struct repository *repository)
{
	if (repository->urls.count > 0)
		return url_shown(repository->urls.items[0]);
	return url_shown(repository->mirrors ? repository->mirrors : repository->alias);
}

char *repository_zypp_cache(const struct repository *repository)
{
	char *name = strdup(repository->alias);

	/* libzypp: RepoInfoBase.cc, setAlias: nothing else is escaped. */
	for (char *c = name; c && *c; c++)
		if (*c == '/')
			*c = '_';
	return name;
}

char *repository_dnf_cache(const struct repository *repository)
{
	const char *url = repository->mirrors;
	auto_free char *checksum = NULL;

	if (!url)
		url = repository->urls.count > 0 ? repository->urls.items[0] : repository->alias;
	if (digest_hex(DIGEST_SHA256, url, strlen(url), &checksum) < 0)
		return NULL;
	return text_format("%s-%.*s", repository->alias, DNF_HASH_LENGTH, checksum);
}

int repository_compare(const void *left, const void *right)
{
	const struct repository *l = left, *r = right;

	if (l->priority != r->priority)
		return l->priority < r->priority ? -1 : 1;
	return strcmp(l->alias, r->alias);
}

void repository_done(struct repository *repository)
{
	free(repository->alias);
	strings_done(&repository->urls);
	free(repository->mirrors);
	free(repository->path);
	strings_done(&repository->gpgkeys);
	*repository = (struct repository){ 0 };
}
