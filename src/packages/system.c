/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/system.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/text.h"
#include "packages/cache.h"

/* What is gathered of one package manager. */
struct survey {
	const struct system_request *request;
	struct diagnostics *diagnostics;
	struct layout layout;
	struct variables variables;
	struct repository *repositories;
	size_t count;
};

static void release_survey(struct survey *survey)
{
	layout_done(&survey->layout);
	variables_done(&survey->variables);
	for (size_t i = 0; i < survey->count; i++)
		repository_done(&survey->repositories[i]);
	free(survey->repositories);
}

/*
 * What stands between BEFORE, whose '\n' is the start of any line, and the first of STOPS in the
 * file PATH. Owned; NULL if nothing.
 */
static char *find_between(int root_fd, const char *path, const char *before, const char *stops)
{
	auto_bytes struct bytes bytes = { 0 };
	const char *found;

	if (file_read_in_root(root_fd, path, SYSTEM_RELEASE_SIZE_MAX, &bytes) < 0)
		return NULL;
	if (*before == '\n' && text_starts((const char *)bytes.data, before + 1))
		found = (const char *)bytes.data + strlen(before + 1);
	else if ((found = strstr((const char *)bytes.data, before)))
		found += strlen(before);
	if (!found)
		return NULL;
	return strndup(found, strcspn(found, stops));
}

/* zypp takes the version of the base product (libzypp: Target.cc, distributionVersion). */
static char *find_release(int root_fd)
{
	static const char *const files[] = { "/etc/os-release", "/usr/lib/os-release" };
	char *version = find_between(root_fd, "/etc/products.d/baseproduct", "<version>", "<");

	for (size_t i = 0; i < COUNT(files) && !version; i++) {
		version = find_between(root_fd, files[i], "\nVERSION_ID=\"", "\"\n");
		if (!version)
			version = find_between(root_fd, files[i], "\nVERSION_ID=", "\n");
	}
	return version;
}

static int set_release(struct variables *variables, const char *version)
{
	const char *dot = strchr(version, '.');
	auto_free char *major = strndup(version, dot ? (size_t)(dot - version) : strlen(version));

	if (!major || variables_set(variables, "releasever", version) < 0 ||
	    variables_set(variables, "releasever_major", major) < 0 ||
	    variables_set(variables, "releasever_minor", dot ? dot + 1 : "") < 0)
		return -ENOMEM;
	return 0;
}

/* libzypp: Arch.cc; dnf: rpm/__init__.py, _BASEARCH_MAP. */
static const char *base_arch(const char *arch, enum repository_manager manager)
{
	if (arch[0] == 'i' && isdigit((unsigned char)arch[1]) && text_equal(arch + 2, "86"))
		return "i386";
	if (manager == MANAGER_DNF && text_starts(arch, "armv7"))
		return "armhfp";
	return arch;
}

static int set_arch(struct survey *survey)
{
	const char *arch = survey->request->arch;
	struct utsname name;

	if (!arch && uname(&name) == 0)
		arch = name.machine;
	if (!arch)
		return 0;
	if (variables_set(&survey->variables, "arch", arch) < 0 ||
	    variables_set(&survey->variables, "basearch", base_arch(arch, survey->layout.manager)) <
		    0)
		return -ENOMEM;
	return 0;
}

/* Sorted names of FOLDER; what is absent has none, what cannot be read is said. */
static int list_folder(const struct survey *survey, const char *folder, struct strings *ret)
{
	auto_fd int fd =
		file_open_in_root(survey->request->root_fd, folder, O_RDONLY | O_DIRECTORY);
	int r = fd < 0 ? fd : dir_names(fd, ret);

	if (r == 0 && ret->count > SYSTEM_FILES_MAX) {
		strings_done(ret);
		*ret = (struct strings){ 0 };
		return diagnostics_add(survey->diagnostics, "unreadable-configuration", folder,
				       "'%s' has more than %d files, ignoring it", folder,
				       SYSTEM_FILES_MAX);
	}
	if (r == 0 || r == -ENOENT || r == -ENOMEM)
		return r == -ENOMEM ? r : 0;
	return diagnostics_add(survey->diagnostics, "unreadable-configuration", folder,
			       "cannot read '%s': %s, ignoring it", folder, strerror(-r));
}

static bool is_variable_name(const char *name)
{
	for (const char *c = name; *c; c++)
		if (!isalnum((unsigned char)*c) && *c != '_')
			return false;
	return *name != '\0';
}

/* Its first line counts. One that cannot be read is unknown: what uses it will name it. */
static int read_variable(struct survey *survey, const char *folder, const char *name)
{
	auto_free char *path = text_format("%s/%s", folder, name);
	auto_bytes struct bytes bytes = { 0 };
	char *value, *end;
	int r;

	if (!path)
		return -ENOMEM;
	r = file_read_in_root(survey->request->root_fd, path, SYSTEM_VARIABLE_MAX, &bytes);
	if (r == -ENOMEM)
		return r;
	if (r < 0)
		return diagnostics_add(survey->diagnostics, "unreadable-configuration", path,
				       "cannot read the variable '%s': %s, ignoring it", path,
				       r == -EINVAL ? "it is no regular file" : strerror(-r));
	value = (char *)bytes.data;
	end = value + strcspn(value, "\n");
	while (end > value && isspace((unsigned char)end[-1]))
		end--;
	*end = '\0';
	while (isspace((unsigned char)*value))
		value++;
	if (text_equal(name, "releasever"))
		return set_release(&survey->variables, value);
	return variables_set(&survey->variables, name, value);
}

/* dnf asks the rpm database first, zypp not at all. */
static int set_releases(struct survey *survey)
{
	const struct system_request *request = survey->request;
	auto_free char *release = NULL;

	if (survey->layout.manager == MANAGER_DNF && request->release)
		return set_release(&survey->variables, request->release);
	release = find_release(request->root_fd);
	return release ? set_release(&survey->variables, release) : 0;
}

static int read_variables(struct survey *survey)
{
	int r = set_releases(survey);

	if (r == 0)
		r = set_arch(survey);
	for (size_t i = 0; i < survey->layout.variables.count && r == 0; i++) {
		const char *folder = survey->layout.variables.items[i];
		auto_strings struct strings names = { 0 };

		r = list_folder(survey, folder, &names);
		for (size_t j = 0; j < names.count && r == 0; j++)
			if (is_variable_name(names.items[j]))
				r = read_variable(survey, folder, names.items[j]);
	}
	return r;
}

static int refuse(const struct survey *survey, const char *path, const char *alias, const char *why)
{
	return diagnostics_add(survey->diagnostics, "malformed-repository", alias,
			       "%s: repository '%s' %s, ignoring it", path, alias, why);
}

static int add_repository(struct survey *survey, const char *path,
			  const struct repofile_section *section)
{
	struct repository repository = { 0 };
	const char *why = NULL;
	int r = repository_make(section, &survey->variables, survey->layout.manager, &repository);

	if (r == -EINVAL)
		why = "has a name that no cache can have";
	else if (r == -E2BIG)
		why = "has a value that is too long";
	else if (survey->count >= SYSTEM_REPOSITORIES_MAX)
		why = "is one too many";
	for (size_t i = 0; i < survey->count && r == 0 && !why; i++)
		if (text_equal(survey->repositories[i].alias, repository.alias))
			why = "was defined before";
	if (why)
		r = refuse(survey, path, section->name, why);
	else if (r == 0)
		r = array_grow(&survey->repositories, survey->count, sizeof(repository));
	if (r == 0 && !why)
		survey->repositories[survey->count++] = repository;
	else
		repository_done(&repository);
	return r;
}

static int add_repositories(struct survey *survey, const char *path, const struct repofile *file)
{
	int r = 0;

	for (size_t i = 0; i < file->count && r == 0; i++)
		if (!text_equal(file->sections[i].name, "main"))
			r = add_repository(survey, path, &file->sections[i]);
	return r;
}

static int read_repositories(struct survey *survey, const char *folder)
{
	auto_strings struct strings names = { 0 };
	int r = list_folder(survey, folder, &names);

	for (size_t i = 0; i < names.count && r >= 0; i++) {
		auto_repofile struct repofile file = { 0 };
		auto_free char *path = text_format("%s/%s", folder, names.items[i]);

		if (!path)
			return -ENOMEM;
		if (!text_ends(path, ".repo"))
			continue;
		r = layout_read_file(survey->request->root_fd, path, true, &file,
				     survey->diagnostics);
		if (r > 0)
			r = add_repositories(survey, path, &file);
	}
	return r < 0 ? r : 0;
}

static int survey_manager(struct survey *survey, enum repository_manager manager)
{
	int r = layout_read(survey->request->root_fd, manager, &survey->layout,
			    survey->diagnostics);

	if (r == 0)
		r = read_variables(survey);
	/* dnf: dnf.conf(5), "[main] ... Repo Options"; zypp has none there. */
	if (r == 0 && manager == MANAGER_DNF)
		r = add_repositories(survey, survey->layout.path, &survey->layout.configuration);
	for (size_t i = 0; i < survey->layout.repositories.count && r == 0; i++)
		r = read_repositories(survey, survey->layout.repositories.items[i]);
	if (r == 0 && survey->count > 0)
		qsort(survey->repositories, survey->count, sizeof(*survey->repositories),
		      repository_compare);
	return r;
}

static int open_sources(const struct survey *survey, struct source **ret, size_t *ret_count)
{
	const struct system_request *request = survey->request;
	bool below = request->root && !text_equal(request->root, "/");
	const struct cache_system system = {
		.root_fd = request->root_fd,
		.root = below ? request->root : "",
		.layout = &survey->layout,
	};
	int r = 0;

	for (size_t i = 0; i < survey->count && r == 0; i++) {
		if (!survey->repositories[i].enabled)
			continue;
		r = array_grow(ret, *ret_count, sizeof(**ret));
		if (r < 0)
			return r;
		r = cache_open(&system, &survey->repositories[i], *ret_count, *ret + *ret_count);
		(*ret_count)++;
	}
	return r;
}

int system_sources(const struct system_request *request, struct source **ret, size_t *ret_count,
		   struct diagnostics *diagnostics, struct error *reterr)
{
	static const enum repository_manager managers[] = { MANAGER_ZYPP, MANAGER_DNF };

	*ret = NULL;
	*ret_count = 0;
	for (size_t i = 0; i < COUNT(managers); i++) {
		AUTO(release_survey)
		struct survey survey = { .request = request, .diagnostics = diagnostics };
		int r = survey_manager(&survey, managers[i]);

		if (r == 0)
			r = open_sources(&survey, ret, ret_count);
		if (r < 0 || *ret_count > 0)
			return r;
	}
	return error_setf(reterr, -ENOENT, "choose packages", request->root,
			  "give one or more with --repo: an rpm-md repository, a directory of "
			  "RPMs, or an RPM",
			  "no repository was given, and the system has none enabled%s",
			  diagnostics->count ? " that can be read" : "");
}

int system_locks(int root_fd, struct locks *ret, struct diagnostics *diagnostics)
{
	auto_locks struct locks locks = { 0 };
	auto_bytes struct bytes bytes = { 0 };
	int r = file_read_in_root(root_fd, LOCKS_PATH, LOCKS_SIZE_MAX, &bytes);

	if (r == -ENOMEM || r == -ENOENT || r == -ENOTDIR)
		return r == -ENOMEM ? r : 0;
	if (r < 0)
		return diagnostics_add(diagnostics, "unreadable-configuration", LOCKS_PATH,
				       "cannot read '%s': %s, ignoring it", LOCKS_PATH,
				       file_strerror(r));
	r = locks_parse((const char *)bytes.data, bytes.size, LOCKS_PATH, &locks);
	if (r == 0)
		r = diagnostics_copy(diagnostics, &locks.diagnostics);
	if (r < 0)
		return r;
	*ret = locks;
	locks = (struct locks){ 0 };
	return 0;
}
