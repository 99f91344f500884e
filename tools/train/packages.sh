#!/usr/bin/env bash
# Fetches and unpacks the packages of pictures that docs/training.md names: tools/train/packages.sh FOLDER
# On Debian, with apt-get, npm and unzip; 1.8 GB. What cannot be fetched is named, and the status is 1.
set -uo pipefail
mkdir -p "${1:?Expected a folder to unpack into.}" && cd "$1" || exit 2

DEBIAN="sweethome3d-furniture tuxpaint-stamps-default openclipart-png gnome-backgrounds lomiri-wallpapers-20.04
    mate-backgrounds plasma-workspace-wallpapers supertuxkart-data ufoai-textures"
missing=0

fetched=$(mktemp -d)
for package in $DEBIAN; do
    if (cd "$fetched" && apt-get -o APT::Sandbox::User=root download "$package" >/dev/null) && dpkg-deb -x "$fetched/$package"_*.deb "$package"; then
        echo "$package"
    else
        echo "$package is missing" >&2
        missing=1
    fi
    rm -f "$fetched"/*.deb
done

if (cd "$fetched" && npm pack --silent @lobehub/fluent-emoji-3d@1.1.0 >/dev/null) &&
    mkdir -p fluent-emoji-3d && tar -xzf "$fetched"/*.tgz -C fluent-emoji-3d; then
    echo fluent-emoji-3d
else
    echo "fluent-emoji-3d is missing" >&2
    missing=1
fi
rm -rf "$fetched"

# Models of furniture and textures lie in archives of their own.
find . -name "*.sh3f" -o -name "*.pk3" | while read -r archive; do
    unzip -qo "$archive" -d "$(dirname "$archive")" || echo "$archive cannot be unpacked" >&2
done
exit $missing
