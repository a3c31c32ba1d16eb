/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/layout.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"

int layout_read_file(int root_fd, const char *path, bool listed, struct repofile *ret,
		     struct diagnostics *diagnostics)
{
	auto_bytes struct bytes bytes = { 0 };
	auto_repofile struct repofile file = { 0 };
	int r = file_read_in_root(root_fd, path, REPOFILE_SIZE_MAX, &bytes);

	if (r == -ENOMEM)
		return r;
	if (!listed && (r == -ENOENT || r == -ENOTDIR))
		return 0;
	if (r < 0)
		return diagnostics_add(diagnostics, "unreadable-configuration", path,
				       "cannot read '%s': %s, ignoring it", path,
				       r == -EINVAL ? "it is no regular file" : strerror(-r));
	r = repofile_parse((const char *)bytes.data, bytes.size, path, &file);
	if (r == 0)
		r = diagnostics_copy(diagnostics, &file.diagnostics);
	if (r < 0)
		return r;
	*ret = file;
	file = (struct repofile){ 0 };
	return 1;
}

static int add_words(struct strings *list, const char *text)
{
	auto_free char *copy = strdup(text);
	char *rest, *part;
	int r = copy ? 0 : -ENOMEM;

	for (part = copy ? strtok_r(copy, " \t\n,", &rest) : NULL; part && r == 0;
	     part = strtok_r(NULL, " \t\n,", &rest))
		r = strings_add(list, part);
	return r;
}

/* The folders that KEY names, or else the DEFAULTS, which end with NULL. */
static int read_folders(const struct repofile_section *section, const char *key,
			const char *const *defaults, struct strings *ret)
{
	const char *value = repofile_get(section, key);
	int r = 0;

	if (value && *value)
		return add_words(ret, value);
	for (; *defaults && r == 0; defaults++)
		r = strings_add(ret, *defaults);
	return r;
}

/* KEY's folder, or else NAME below BASE. Owned; NULL if out of memory. */
static char *read_folder(const struct repofile_section *section, const char *key, const char *base,
			 const char *name)
{
	const char *value = repofile_get(section, key);

	return value && *value ? strdup(value) : text_format("%s/%s", base, name);
}

/* libzypp: ZConfig.cc; the keys are those of its zypp.conf. */
static int read_zypp(const struct repofile_section *main, struct layout *layout)
{
	auto_free char *configuration = read_folder(main, "configdir", "/etc", "zypp");
	auto_free char *cache = read_folder(main, "cachedir", "/var/cache", "zypp");
	auto_free char *repositories = NULL, *variables = NULL, *metadata = NULL;

	if (!configuration || !cache)
		return -ENOMEM;
	repositories = read_folder(main, "reposdir", configuration, "repos.d");
	variables = read_folder(main, "varsdir", configuration, "vars.d");
	metadata = read_folder(main, "metadatadir", cache, "raw");
	layout->packages = read_folder(main, "packagesdir", cache, "packages");
	layout->solv = read_folder(main, "solvfilesdir", cache, "solv");
	layout->refresh = "run 'zypper refresh', or give what to use with --repo";
	if (!repositories || !variables || !metadata || !layout->packages || !layout->solv ||
	    strings_add(&layout->repositories, repositories) < 0 ||
	    strings_add(&layout->variables, variables) < 0 ||
	    strings_add(&layout->caches, metadata) < 0)
		return -ENOMEM;
	return 0;
}

/* dnf: dnf.conf(5), and dnf5's own folders of distributions, which those of the admin precede. */
static int read_dnf(const struct repofile_section *main, struct layout *layout)
{
	static const char *const repositories[] = { "/etc/yum.repos.d", "/etc/yum/repos.d",
						    "/etc/distro.repos.d",
						    "/usr/share/dnf5/repos.d", NULL };
	static const char *const variables[] = { "/usr/share/dnf5/vars.d", "/etc/yum/vars",
						 "/etc/dnf/vars", NULL };
	static const char *const caches[] = { "/var/cache/libdnf5", "/var/cache/dnf", NULL };

	layout->refresh = "run 'dnf makecache', or give what to use with --repo";
	if (read_folders(main, "reposdir", repositories, &layout->repositories) < 0 ||
	    read_folders(main, "varsdir", variables, &layout->variables) < 0 ||
	    read_folders(main, "cachedir", caches, &layout->caches) < 0)
		return -ENOMEM;
	return 0;
}

int layout_read(int root_fd, enum repository_manager manager, struct layout *ret,
		struct diagnostics *diagnostics)
{
	bool zypp = manager == MANAGER_ZYPP;
	auto_layout struct layout layout = {
		.manager = manager,
		.path = zypp ? "/etc/zypp/zypp.conf" : "/etc/dnf/dnf.conf",
	};
	const struct repofile_section *main;
	int r = layout_read_file(root_fd, layout.path, false, &layout.configuration, diagnostics);

	if (r < 0)
		return r;
	main = repofile_find(&layout.configuration, "main");
	r = zypp ? read_zypp(main, &layout) : read_dnf(main, &layout);
	if (r < 0)
		return r;
	*ret = layout;
	layout = (struct layout){ 0 };
	return 0;
}

void layout_done(struct layout *layout)
{
	repofile_done(&layout->configuration);
	strings_done(&layout->repositories);
	strings_done(&layout->variables);
	strings_done(&layout->caches);
	free(layout->packages);
	free(layout->solv);
	*layout = (struct layout){ 0 };
}
