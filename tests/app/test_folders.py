"""What is said of a folder that cannot be written."""

import os

import pytest

from app import folders


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="this system has no numbers of users")
@pytest.mark.parametrize("ours", [23456, 0])
@pytest.mark.parametrize("owner", [0, 23456])
def test_in_a_container_it_says_whose_the_folder_is_and_what_helps(monkeypatch, tmp_path, owner, ours):
    monkeypatch.setattr(folders, "is_container", lambda: True)
    if os.geteuid() == 0:
        os.chown(tmp_path, owner, owner)
    monkeypatch.setattr(os, "geteuid", lambda: ours)
    owner = tmp_path.stat().st_uid
    said = folders.unwritable_message(
        tmp_path / "state" / "deep", "the state folder", PermissionError(13, "Permission denied")
    )
    assert f"this is user {ours}, " in said
    assert f"{tmp_path} belongs" in said
    assert (f"chown {ours} {tmp_path}" in said) == (owner != ours)
    assert ("chmod u+rwx" in said) == ("SELinux" in said) == (owner == ours)
    assert (f"--user {owner}:" in said) == (f"LOSSROOM_USER={owner}:" in said) == (owner not in (0, ours))
    assert "\n" not in said


def test_elsewhere_it_names_only_the_user(monkeypatch, tmp_path):
    monkeypatch.setattr(folders, "is_container", lambda: False)
    said = folders.unwritable_message(tmp_path, "the state folder", PermissionError(13, "Permission denied"))
    assert "LOSSROOM_USER" not in said
