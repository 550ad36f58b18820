//! trial
use medv_codec::{container::Input, expand::*, pack::*, verify::*, *};
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let t = std::time::Instant::now();
    let input = |p: &str| Input::open(p, Default::default()).unwrap();
    fn fail<T>(e: Error) -> T {
        println!("{e} {:?} {:?}", e.advised(), e.kind());
        std::process::exit(1)
    }
    match a[1].as_str() {
        "pack" => {
            let disk = disk::open(a[2].as_ref(), &Default::default()).unwrap();
            let subject = Subject::new(&disk, None);
            let mut o = PackOptions::default();
            o.level = a[4].parse().unwrap();
            o.chunk_size = a[5].parse::<u32>().unwrap() << 10;
            println!("{:?}", pack_to_file(&subject, a[3].as_ref(), true, &o, &Silent).unwrap_or_else(fail));
        }
        "expand" => {
            let form = match a[4].as_str() {
                "fixed" => TargetForm::Fixed,
                "dynamic" => TargetForm::Dynamic,
                "raw" => TargetForm::Raw,
                _ => TargetForm::Same,
            };
            let o = ExpandOptions { form, force: true, ..Default::default() };
            println!("{:?}", expand(input(&a[2]), a[3].as_ref(), &o, &Silent).unwrap_or_else(fail));
        }
        "cat" => {
            let o = ExpandOptions { form: TargetForm::Fixed, ..Default::default() };
            expand_to_writer(input(&a[2]), &mut std::io::stdout().lock(), &o, &Silent).unwrap_or_else(fail);
        }
        "verify" => {
            verify(input(&a[2]), Depth::Full, None, &Default::default(), &Silent)
                .map(|r| println!("{r:?}"))
                .unwrap_or_else(fail);
        }
        "quick" => {
            verify(input(&a[2]), Depth::Quick, None, &Default::default(), &Silent)
                .map(|r| println!("{r:?}"))
                .unwrap_or_else(fail);
        }
        _ => {}
    }
    eprintln!("{:?}", t.elapsed());
}
