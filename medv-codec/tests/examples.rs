//! The examples do what they say.

#[path = "../examples/pack_and_expand.rs"]
#[allow(dead_code)] // its `main`
mod pack_and_expand;

#[test]
fn pack_and_expand_gives_the_disk_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let disk: Vec<u8> =
        (0..40_u32 << 20).map(|at| if at % 3 == 0 { at.to_le_bytes()[1] } else { 0 }).collect();
    std::fs::write(path("disk.img"), &disk).unwrap();
    pack_and_expand::pack_and_expand(&path("disk.img"), &path("disk.medv"), &path("copy.img")).unwrap();
    assert!(std::fs::read(path("copy.img")).unwrap() == disk, "the copy is another disk");
    let again = pack_and_expand::pack_and_expand(&path("disk.img"), &path("disk.medv"), &path("copy.img"));
    assert_eq!(again.unwrap_err().kind(), medv_codec::ErrorKind::Usage);
}
