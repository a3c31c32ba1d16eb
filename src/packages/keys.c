/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"
#include "packages/repository.h"
#include "packages/url.h"

/* The administrator's, and what packages bring; of this machine, whatever --root says. */
static const char *const own_folders[] = { "/etc/kmp-match/keys", "/usr/share/kmp-match/keys" };

static int add_installed(struct keyring *keyring, const struct strings *installed,
			 struct diagnostics *diagnostics)
{
	int r = 0;

	for (size_t i = 0; i < installed->count && r == 0; i++)
		r = keyring_add_base64(keyring, installed->items[i], "the rpm database",
				       diagnostics);
	return r;
}

/* Keys that rpm 4.20 and 6 keep beside the database, as rpm reads them (rpm: keystore.cc). */
static int add_stored(struct keyring *keyring, int root_fd, struct diagnostics *diagnostics)
{
	static const char *const folders[] = { "usr/lib/sysimage/rpm/pubkeys",
					       "var/lib/rpm/pubkeys" };
	int r = 0;

	for (size_t i = 0; i < COUNT(folders); i++) {
		auto_fd int fd = file_open_in_root(root_fd, folders[i], O_RDONLY | O_DIRECTORY);
		auto_strings struct strings names = { 0 };

		if (fd >= 0 && dir_names(fd, &names) == -ENOMEM)
			return -ENOMEM;
		for (size_t j = 0; j < names.count && j < KEYRING_FILES_MAX && r == 0; j++) {
			auto_free char *path = NULL;

			if (names.items[j][0] == '.' || !text_ends(names.items[j], ".key"))
				continue;
			path = text_format("%s/%s", folders[i], names.items[j]);
			r = path ? keyring_add_file(keyring, root_fd, path, diagnostics) : -ENOMEM;
		}
	}
	return r;
}

/* It counts all the same: file systems without owners show every folder so. */
static int tell_open(int fd, const char *path, struct diagnostics *diagnostics)
{
	struct stat st;

	if (fstat(fd, &st) < 0 || !(st.st_mode & S_IWOTH))
		return 0;
	return diagnostics_add(diagnostics, "open-keys", path,
			       "everybody may write to %s, and so say whose packages are trusted",
			       path);
}

static int add_folder(struct keyring *keyring, const char *path, struct diagnostics *diagnostics)
{
	auto_fd int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r = fd < 0 ? -errno : tell_open(fd, path, diagnostics);

	return r < 0 ? r : keyring_add_folder(keyring, fd, path, diagnostics);
}

static int add_own(struct keyring *keyring, struct diagnostics *diagnostics)
{
	int r = 0;

	for (size_t i = 0; i < COUNT(own_folders) && r == 0; i++) {
		r = add_folder(keyring, own_folders[i], diagnostics);
		if (r == -ENOENT)
			r = 0;
		else if (r < 0 && r != -ENOMEM)
			r = diagnostics_add(diagnostics, "unusable-key", own_folders[i],
					    "the keys in %s cannot be read: %s, ignoring them",
					    own_folders[i], strerror(-r));
	}
	return r;
}

int keys_read(const struct strings *installed, int root_fd, const char *folder,
	      struct keyring **ret, struct diagnostics *diagnostics, struct error *reterr)
{
	auto_keyring struct keyring *keyring = NULL;
	int r = keyring_new(NULL, &keyring);

	if (r == 0)
		r = add_installed(keyring, installed, diagnostics);
	if (r == 0)
		r = add_stored(keyring, root_fd, diagnostics);
	if (r == 0)
		r = add_own(keyring, diagnostics);
	if (r == 0 && folder)
		r = add_folder(keyring, folder, diagnostics);
	if (r < 0)
		return error_set(reterr, r, "read the keys in", folder, NULL,
				 "give a folder of key files with --keys");
	*ret = take(keyring);
	return 0;
}

int keys_for_source(struct source *source, int root_fd, const struct keyring *trusted)
{
	auto_keyring struct keyring *keyring = NULL;
	int r = keyring_new(trusted, &keyring);

	for (size_t i = 0; i < source->gpgkeys.count && r == 0; i++) {
		auto_free char *path = repository_file_path(source->gpgkeys.items[i]);

		/* What is not on this machine is not fetched. */
		if (path)
			r = keyring_add_file(keyring, root_fd, path, &source->diagnostics);
	}
	if (r < 0)
		return r;
	keyring_free(source->keyring);
	source->keyring = take(keyring);
	return 0;
}

int keys_diagnose_source(struct source *source)
{
	int r = 0;

	for (size_t i = 0; i < source->gpgkeys.count && r == 0; i++) {
		auto_free char *path = repository_file_path(source->gpgkeys.items[i]);
		auto_free char *url = url_shown(source->gpgkeys.items[i]);

		if (!url)
			return -ENOMEM;
		if (!path && !trust_is_good(&source->trust))
			r = diagnostics_add(
				&source->diagnostics, "key-not-fetched", url,
				"the key %s is not fetched: import it with rpm, or give "
				"it with --keys, if the repository's packages need it",
				url);
	}
	return r;
}
